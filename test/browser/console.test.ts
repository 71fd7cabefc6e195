import { describe } from '@jest/globals';
import { CLUB } from './operator-tour.js';
import { CONSOLE_TOURS } from './console-tour.js';
import { inspect, VIEWERS } from './inspection.js';
import { Stage } from './stage.js';

describe('every operators’ page, with its mistakes shown too', () => {
  const stage = Stage.inThisBlock({ mail: true, clients: (file) => file.trimEnd() + CLUB });

  describe.each(VIEWERS)('in $language on a $device', (viewer) => inspect(stage, CONSOLE_TOURS, viewer));
});
