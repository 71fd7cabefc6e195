import { describe } from '@jest/globals';
import { inspect, VIEWERS } from './inspection.js';
import { Stage } from './stage.js';
import { USERS_TOURS } from './users-tour.js';

describe('every operators’ page for users, with its mistakes shown too', () => {
  const stage = Stage.inThisBlock({ mail: true });

  describe.each(VIEWERS)('in $language on a $device', (viewer) => inspect(stage, USERS_TOURS, viewer));
});
