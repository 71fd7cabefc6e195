import { describe } from '@jest/globals';
import { inspect, VIEWERS } from './inspection.js';
import { CLUB } from './operator-tour.js';
import { RECORDS_TOURS } from './records-tour.js';
import { Stage } from './stage.js';

describe('the operators’ pages about what is kept', () => {
  const stage = Stage.inThisBlock({ mail: true, clients: (file) => file.trimEnd() + CLUB });

  describe.each(VIEWERS)('in $language on a $device', (viewer) => inspect(stage, RECORDS_TOURS, viewer));
});
