import { describe, expect, it } from '@jest/globals';
import { cibaMetadata, cibaMistakes } from './ciba-rules.js';
import { CIBA_GRANT } from './client.fields.js';

const mistakes = (fields: Record<string, unknown>) =>
  cibaMistakes(fields, (field) => field in fields).map(({ what }) => what);
const grants = { grant_types: [CIBA_GRANT] };
const endpoint = { backchannel_client_notification_endpoint: 'https://till.example/ping' };

describe('how the fields of backchannel authentication go together', () => {
  it.each([
    ['nothing of it', {}],
    ['the grant alone', grants],
    ['an application that is told', { ...grants, ...endpoint, backchannel_token_delivery_mode: 'ping' }],
  ])('%s is good', (_what, fields) => expect(mistakes(fields)).toEqual([]));

  it.each([
    ['a public client', { ...grants, token_endpoint_auth_method: 'none' }, 'not for public clients'],
    ['no grant', { backchannel_token_delivery_mode: 'poll' }, 'among the grant_types'],
    [
      'ping without an address',
      { ...grants, backchannel_token_delivery_mode: 'ping' },
      'needs backchannel_client',
    ],
    ['an address without ping', { ...grants, ...endpoint }, 'needs backchannel_token_delivery_mode: ping'],
    ['user codes', { ...grants, backchannel_user_code_parameter: true }, 'not supported'],
  ])('%s is a mistake', (_what, fields, said) => {
    expect(mistakes(fields)).toEqual([expect.stringContaining(said)]);
  });

  it('asks by default; plain http is remembered beside the address that the library takes', () => {
    expect(cibaMetadata({})).toEqual({});
    expect(cibaMetadata(grants)).toEqual({ backchannel_token_delivery_mode: 'poll' });
    const plain = { backchannel_client_notification_endpoint: 'http://till.internal:8080/ping' };
    expect(cibaMetadata({ ...grants, ...plain, backchannel_token_delivery_mode: 'ping' })).toEqual({
      backchannel_token_delivery_mode: 'ping',
      backchannel_client_notification_endpoint: 'https://till.internal:8080/ping',
      notified_by_http: true,
    });
  });
});
