import { describe, expect, it } from '@jest/globals';
import type { Client } from 'oidc-provider';
import { ACR } from '../../mfa/assurance.js';
import { demandedLevel } from './demand.js';

const plain = {} as Client;
const bank = { require_second_factor: true } as unknown as Client;
const essential = (acr: object) => JSON.stringify({ id_token: { acr } });

describe('the demanded level', () => {
  it.each<[string, Client, { acr_values?: string; claims?: string }, number]>([
    ['nothing asked', plain, {}, 1],
    ['the client asks', bank, {}, 2],
    ['the client asks, the request asks for less', bank, { acr_values: ACR[1] }, 2],
    ['the request asks', plain, { acr_values: ACR[2] }, 2],
    ['the first known value counts', plain, { acr_values: `urn:else ${ACR[2]} ${ACR[1]}` }, 2],
    ['in order of preference', plain, { acr_values: `${ACR[1]} ${ACR[2]}` }, 1],
    ['unknown values ask for nothing', plain, { acr_values: 'urn:else 2 mfa' }, 1],
    ['an essential claim', plain, { claims: essential({ essential: true, value: ACR[2] }) }, 2],
    [
      'an essential claim with values',

      plain,
      { claims: essential({ essential: true, values: ['urn:else', ACR[2]] }) },
      2,
    ],
    ['a claim without a value', plain, { claims: essential({ essential: true }) }, 1],
    ['a null claim', plain, { claims: '{"id_token":{"acr":null}}' }, 1],
    ['a malformed parameter', plain, { claims: '{' }, 1],
    ['a strange one', plain, { claims: essential({ values: 'x', value: 7 }) }, 1],
  ])('%s', (_what, client, params, level) => {
    expect(demandedLevel(client, params)).toBe(level);
  });

  it("takes the client's default when the request says nothing", () => {
    const client = { defaultAcrValues: [ACR[2]] } as unknown as Client;
    expect(demandedLevel(client, {})).toBe(2);
    expect(demandedLevel(client, { acr_values: ACR[1] })).toBe(1);
  });
});
