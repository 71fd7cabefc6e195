import { describe, it } from '@jest/globals';
import { OTHER_DEVICE_CLIENTS } from './other-device-tour.js';
import { photographsWanted, picturesForReadme } from './photographs.js';
import { CLUB } from './operator-tour.js';
import { inspect, VIEWERS } from './inspection.js';
import { Stage } from './stage.js';
import { TOURS, TOURS_WITHOUT_MAIL } from './tour.js';

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

  describe.each(VIEWERS)('in $language on a $device', (viewer) => inspect(stage, tours, viewer));

  if (photographsWanted && tours === TOURS) {
    it('makes the pictures in the README', () => picturesForReadme(stage));
  }
});
