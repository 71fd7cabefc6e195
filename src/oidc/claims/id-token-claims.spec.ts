import { describe, expect, it } from '@jest/globals';
import type { AccountClaims, Client } from 'oidc-provider';
import { DECLARED } from './declared-claims.library.js';
import { limitedToRequested } from './id-token-claims.js';

const client = (fields: Record<string, unknown> = {}) => fields as unknown as Client;
const requested = client({ id_token_claims: 'requested' });
const available: AccountClaims = {
  sub: 'a',
  name: 'Ada',
  email: 'ada@example.org',
  [DECLARED]: { team: 'engines', tenant: 7 },
};

describe('the claims of an ID token', () => {
  it('are all that the scopes give, where the client does not say otherwise', () => {
    expect(limitedToRequested(available, client(), {})).toBe(available);
    expect(limitedToRequested(available, client({ id_token_claims: 'all' }), {})).toBe(available);
  });

  it('are those asked for by name, where the client says so', () => {
    expect(limitedToRequested(available, requested, {})).toEqual({ sub: 'a', [DECLARED]: {} });
    expect(limitedToRequested(available, requested, { asked: { email: null, team: null } })).toEqual({
      sub: 'a',
      email: 'ada@example.org',
      [DECLARED]: { team: 'engines' },
    });
  });

  it('are all of them again where no access token comes along', () => {
    expect(limitedToRequested(available, requested, { isAlone: true })).toBe(available);
  });
});
