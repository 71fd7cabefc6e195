import { describe } from '@jest/globals';
import { accountJourneys } from './account-journeys.js';
import { Keyboard } from './keyboard.js';
import { Stage } from './stage.js';

describe.each([
  { how: 'with JavaScript', options: {} },
  { how: 'without JavaScript', options: { javaScript: false } },
  { how: 'by keyboard alone', options: { hands: new Keyboard() } },
])('the account in Chromium, $how', ({ options }) => {
  accountJourneys(Stage.inThisBlock({ mail: true }), options);
});
