import { describe } from '@jest/globals';
import { API_TOURS } from './apis-tour.js';
import { inspect, VIEWERS } from './inspection.js';
import { CLUB } from './operator-tour.js';
import { Stage } from './stage.js';

describe('the operators’ pages about APIs, with their mistakes shown too', () => {
  const stage = Stage.inThisBlock({ clients: (file) => file.trimEnd() + CLUB });

  describe.each(VIEWERS)('in $language on a $device', (viewer) => inspect(stage, API_TOURS, viewer));
});
