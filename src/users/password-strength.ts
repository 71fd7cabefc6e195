import { ZxcvbnFactory } from '@zxcvbn-ts/core';
import * as common from '@zxcvbn-ts/language-common';
import { PASSWORD_MAX_LENGTH } from './password-hash.js';

// Loaded with the first password that is judged (docs/decisions/0031): the dictionaries are tens of megabytes.

const estimator = new ZxcvbnFactory({
  dictionary: { ...common.dictionary },
  graphs: common.adjacencyGraphs,
  maxLength: PASSWORD_MAX_LENGTH,
});

/** How many guesses a password takes of somebody who tries what people choose. @param context words that are guessed first */
export function estimate(password: string, context: string[]) {
  const { guessesLog10, feedback } = estimator.check(password, context);
  return { guessesLog10, warning: feedback.warning };
}
