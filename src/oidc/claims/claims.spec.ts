import { describe, expect, it } from '@jest/globals';
import type { Client, KoaContextWithOIDC } from 'oidc-provider';
import type { Account } from '../../users/account.entity.js';
import { OWN_DETAILS } from '../../users/details.js';
import { accountClaims, refuseUncoveredClaims, SCOPE_CLAIMS, scopesCovering } from './claims.js';

const account = {
  id: 'yT0qXm3kRZ2w1fKc9bVhLg',
  username: 'ada',
  email: 'Ada@example.org',
  emailVerifiedAt: null,
  displayName: null,
  locale: null,
  timeZone: null,
  updatedAt: new Date('2026-11-22T12:00:00.700Z'),
  passwordHash: '$argon2id$…',
  usernameKey: 'ada',
} as unknown as Account;

describe('claims', () => {
  it('say what is known of an account, and nothing that is kept for ourselves', () => {
    expect(accountClaims(account)).toEqual({
      sub: 'yT0qXm3kRZ2w1fKc9bVhLg',
      name: 'ada',
      preferred_username: 'ada',
      updated_at: 1795348800,
      email: 'Ada@example.org',
      email_verified: false,
    });
  });

  it('tell the truth about a verified address and a chosen language', () => {
    const known = { ...account, emailVerifiedAt: new Date(), locale: 'de' } as Account;
    expect(accountClaims(known)).toMatchObject({ email_verified: true, locale: 'de' });
  });

  it('call a person as they want to be called, with their picture and their time zone', () => {
    const known = { ...account, displayName: 'Ada Lovelace', timeZone: 'Europe/London' } as Account;
    expect(accountClaims(known, { picture: 'https://id.example.org/avatar/x' })).toMatchObject({
      name: 'Ada Lovelace',
      preferred_username: 'ada',
      zoneinfo: 'Europe/London',
      picture: 'https://id.example.org/avatar/x',
    });
  });

  it('are each given by a scope, and each scope gives something', () => {
    const given = Object.values(SCOPE_CLAIMS).flat();
    const full = { ...account, locale: 'de', timeZone: 'UTC' } as Account;
    for (const claim of Object.keys(accountClaims(full, { picture: 'https://id.example.org/avatar/x' })))
      expect(given).toContain(claim);
    expect(new Set(given).size).toBe(given.length);
  });

  it('are none that nobody could ever have: each can be said of somebody', () => {
    const details = Object.fromEntries(Object.values(OWN_DETAILS).map((name) => [name, 'x']));
    const full = {
      ...account,
      locale: 'de',
      timeZone: 'UTC',
      details,
      address: { country: 'England' },
      phoneNumber: '+441234567',
    } as unknown as Account;
    const said = Object.keys(accountClaims(full, { picture: 'https://id.example.org/x', groups: [] }));
    const ofTheSession = ['acr', 'amr', 'auth_time'];
    expect([...said, ...ofTheSession].sort()).toEqual(Object.values(SCOPE_CLAIMS).flat().sort());
  });

  it.each([
    [['email'], ['email']],
    [
      ['email_verified', 'name'],
      ['profile', 'email'],
    ],
    [['acr'], ['openid']],
    [['unheard_of'], []],
  ])('%j are covered by %j', (claims, scopes) => {
    expect(scopesCovering(claims)).toEqual(scopes);
  });

  it("are refused one by one where the client's scopes would not give them", () => {
    const client = { scope: 'openid profile' } as Client;
    const ask = (claims: object) => () => refuseUncoveredClaims({} as KoaContextWithOIDC, claims, client);
    expect(ask({ id_token: { name: null, acr: { essential: true } } })).not.toThrow();
    expect(ask({ userinfo: { email: null } })).toThrow('invalid_request');
    expect(ask({ id_token: { email_verified: null } })).toThrow('invalid_request');
  });
});
