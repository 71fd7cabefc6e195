import { describe } from '@jest/globals';
import { journeysToApplications } from './journeys-to-applications.js';
import { mainJourney } from './main-journey.js';
import { Stage } from './stage.js';

describe.each([
  { how: 'with JavaScript', javaScript: true },
  { how: 'without JavaScript', javaScript: false },
])('in Chromium, $how', ({ javaScript }) => {
  const stage = Stage.inThisBlock();
  describe('the main job', () => mainJourney(stage, { javaScript }));
  describe('on the way to applications', () => journeysToApplications(stage, { javaScript }));
});
