import { expect, it } from '@jest/globals';
import { axeViolations, tooWideWhenZoomed, weight } from './accessible.js';
import type { Device } from './chromium.js';
import { tabFaults } from './keyboard.js';
import { photograph, photographsWanted } from './photographs.js';
import type { Stage } from './stage.js';
import type { Tour } from './tour.js';
import type { Window } from './window.js';

const MOST_BYTES = 60_000;

export interface Viewer {
  readonly language: 'en' | 'de';
  readonly device: Device;
}

export const VIEWERS: readonly Viewer[] = [
  { language: 'en', device: 'phone' },
  { language: 'de', device: 'desktop' },
  ...(photographsWanted
    ? [
        { language: 'en' as const, device: 'desktop' as const },
        { language: 'de' as const, device: 'phone' as const },
      ]
    : []),
];

type Tours = [name: string, pages: (tour: Tour) => Promise<void>][];

/** Inside a `describe`: walks through the pages, and looks at each as somebody does who cannot see it well, or has little room. */
export function inspect(stage: Stage, tours: Tours, { language, device }: Viewer): void {
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
