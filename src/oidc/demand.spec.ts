import { describe, expect, it } from '@jest/globals';
import type { Client } from 'oidc-provider';
import type { Config } from '../config/config.js';
import { ACR } from '../mfa/assurance.js';
import { demandedLevel } from './demand.js';

const relaxed = { secondFactorRequired: false } as Config;
const strict = { secondFactorRequired: true } as Config;
const plain = {} as Client;
const bank = { require_second_factor: true } as unknown as Client;
const essential = (acr: object) => JSON.stringify({ id_token: { acr } });

describe('the demanded level', () => {
  it.each<[string, Config, Client, { acr_values?: string; claims?: string }, number]>([
    ['nothing asked', relaxed, plain, {}, 1],
    ['the operator asks', strict, plain, {}, 2],
    ['the client asks', relaxed, bank, {}, 2],
    ['the client asks, the request asks for less', relaxed, bank, { acr_values: ACR[1] }, 2],
    ['the request asks', relaxed, plain, { acr_values: ACR[2] }, 2],
    ['the first known value counts', relaxed, plain, { acr_values: `urn:else ${ACR[2]} ${ACR[1]}` }, 2],
    ['in order of preference', relaxed, plain, { acr_values: `${ACR[1]} ${ACR[2]}` }, 1],
    ['unknown values ask for nothing', relaxed, plain, { acr_values: 'urn:else 2 mfa' }, 1],
    ['an essential claim', relaxed, plain, { claims: essential({ essential: true, value: ACR[2] }) }, 2],
    [
      'an essential claim with values',
      relaxed,
      plain,
      { claims: essential({ essential: true, values: ['urn:else', ACR[2]] }) },
      2,
    ],
    ['a claim without a value', relaxed, plain, { claims: essential({ essential: true }) }, 1],
    ['a null claim', relaxed, plain, { claims: '{"id_token":{"acr":null}}' }, 1],
    ['a malformed parameter', relaxed, plain, { claims: '{' }, 1],
    ['a strange one', relaxed, plain, { claims: essential({ values: 'x', value: 7 }) }, 1],
  ])('%s', (_what, config, client, params, level) => {
    expect(demandedLevel(config, client, params)).toBe(level);
  });

  it("takes the client's default when the request says nothing", () => {
    const client = { defaultAcrValues: [ACR[2]] } as unknown as Client;
    expect(demandedLevel(relaxed, client, {})).toBe(2);
    expect(demandedLevel(relaxed, client, { acr_values: ACR[1] })).toBe(1);
  });
});
