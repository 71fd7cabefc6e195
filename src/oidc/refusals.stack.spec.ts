import { describe, expect, it } from '@jest/globals';
import { errors } from 'oidc-provider';
import { refuseWithoutStack } from './refusals.stack.js';

describe('refusals', () => {
  it('say what they said, without a stack; other errors have theirs', () => {
    refuseWithoutStack();
    const cause = new Error('inside');
    const refusal = new errors.InvalidRequest('no scope', 400);

    expect(refusal).toBeInstanceOf(Error);
    expect(refusal).toMatchObject({
      error: 'invalid_request',
      error_description: 'no scope',
      statusCode: 400,
    });
    expect(refusal.stack).not.toContain('refusals.stack.spec');
    expect(cause.stack).toContain('refusals.stack.spec');
    expect(new Error('afterwards').stack).toContain('refusals.stack.spec');
  });
});
