import { describe } from '@jest/globals';
import { journeysToApplications } from './journeys-to-applications.js';
import { Keyboard } from './keyboard.js';
import { mainJourney } from './main-journey.js';
import { Stage } from './stage.js';

describe('by keyboard alone', () => {
  const stage = Stage.inThisBlock();
  const how = { hands: new Keyboard() };
  describe('the main job', () => mainJourney(stage, how));
  describe('on the way to applications', () => journeysToApplications(stage, how));
});
