import { describe } from '@jest/globals';
import { CLIENT_TOURS } from './clients-tour.js';
import { inspect, VIEWERS } from './inspection.js';
import { Stage } from './stage.js';

describe('the operators’ pages about applications, with their mistakes shown too', () => {
  const stage = Stage.inThisBlock();

  describe.each(VIEWERS)('in $language on a $device', (viewer) => inspect(stage, CLIENT_TOURS, viewer));
});
