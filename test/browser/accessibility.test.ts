import { describe, expect, it } from '@jest/globals';
import { axeViolations, tooWideWhenZoomed, weight } from './accessible.js';
import type { Device } from './chromium.js';
import { tabFaults } from './keyboard.js';
import { OTHER_DEVICE_CLIENTS } from './other-device-tour.js';
import { photograph, photographsWanted, picturesForReadme } from './photographs.js';
import { CLUB } from './operator-tour.js';
import { Stage } from './stage.js';
import { TOURS, TOURS_WITHOUT_MAIL } from './tour.js';
import type { Window } from './window.js';

const MOST_BYTES = 60_000;

const VIEWERS: { language: 'en' | 'de'; device: Device }[] = [
  { language: 'en', device: 'phone' },
  { language: 'de', device: 'desktop' },
  ...(photographsWanted
    ? [
        { language: 'en' as const, device: 'desktop' as const },
        { language: 'de' as const, device: 'phone' as const },
      ]
    : []),
];

/** One application lets nobody in before the address is confirmed. */
const clients = (file: string) =>
  file.replace('client_name: Photos', 'client_name: Photos\n    require_verified_email: true').trimEnd() +
  OTHER_DEVICE_CLIENTS.trimEnd() +
  CLUB;

describe.each([
  {
    where: 'a server that sends mail',
    tours: TOURS,
    options: { mail: true, env: { GATEHOUSE_RECOVERY_DELAY: 'on', GATEHOUSE_CLIENT_REGISTRATION: 'open' } },
  },
  { where: 'a server that sends none', tours: TOURS_WITHOUT_MAIL, options: {} },
])('every page of $where, with its mistakes shown too', ({ tours, options }) => {
  const stage = Stage.inThisBlock({ clients, ...options });

  describe.each(VIEWERS)('in $language on a $device', ({ language, device }) => {
    it.each(tours)(
      '%s: axe finds nothing, Tab leads around, 400 % zoom fits, nothing is foreign or heavy',
      async (_, pages) => {
        const window = await stage.chromium.window({ language, device });
        const faults: Record<string, unknown> = {};
        const visit = async (name: string) => {
          const { page } = window;
          if (photographsWanted) await photograph(page, name, language, device);
          const found = await faultsOf(window);
          if (found.length > 0) faults[name] = found;
        };
        await pages({ stage, window, visit });
        expect(faults).toEqual({});
        await window.close();
      },
      120_000,
    );
  });

  if (photographsWanted && tours === TOURS) {
    it('makes the pictures in the README', () => picturesForReadme(stage));
  }

  async function faultsOf({ page, complaints, foreignRequests }: Window): Promise<string[]> {
    const bytes = await weight(page);
    return [
      ...(await axeViolations(page)),
      ...(await tabFaults(page)),
      ...(await tooWideWhenZoomed(page)).map((element) => `too wide: ${element}`),
      ...(bytes > MOST_BYTES ? [`${bytes} bytes`] : []),
      ...complaints.splice(0),
      ...foreignRequests.splice(0).map((url) => `foreign: ${url}`),
    ];
  }
});
