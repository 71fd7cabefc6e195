import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { apiDraftMistakes } from '../../clients/api-draft.js';
import { draftMistakes } from '../../clients/client-draft.js';
import { projectRoot } from '../../config/root.js';
import type { MessageRef } from '../../http/form.js';
import { RULE_SENTENCES } from './rule-sentences.js';
import { told } from './rule-words.js';

const read = (...path: string[]) => readFileSync(join(projectRoot, ...path), 'utf8');
const catalogue = (code: string) =>
  JSON.parse(read('views', 'messages', `${code}.json`)) as Record<string, string>;
const filled = (messages: Record<string, string>) => (message: MessageRef) => {
  const { key, params } = typeof message === 'string' ? { key: message, params: {} } : message;
  return messages[key]!.replace(/\{(\w+)\}/g, (_, name: string) =>
    String((params as Record<string, string>)[name]),
  );
};
const german = filled(catalogue('de'));

/** Where a rule names a mistake that a form can have. What is for the clients file alone stays in English. */
const RULES = [
  'client-draft',
  'client-rules',
  'protocol-rules',
  'profiles',
  'ciba-rules',
  'api-draft',
  'checks',
  'client.fields',
];
const OF_CLIENTS = [
  { client_name: 3, brand_color: 'red', scope: ['x'], redirect_uris: [], jwks: 'x', contacts: 'ops' },
  { client_uri: 'ftp://x', policy_uri: '/x', initiate_login_uri: 'http://x.example/', apis: ['x y'] },
  { redirect_uris: ['https://x.example/#y'], post_logout_redirect_uris: ['https://a:b@x.example/'] },
  { redirect_uris: ['https://*.example/'], post_logout_redirect_uris: ['data:text/html,x'] },
  { redirect_uris: ['http://x.example/'], backchannel_logout_uri: 'app:x', default_max_age: -1 },
  { first_party: 'yes', access_token_lifetime: 1, profile: 'x', client_id: 'a b', unheard_of: 1 },
  { token_exchange: 'x', client_secret: 'x', gatehouse_api: ['x'], grant_types: ['x'], scope: '"' },
  { token_exchange: { audiences: [] } },
  { token_exchange: { others: [] } },
  { client_name: 'x\0' },
  { client_name: 'x'.repeat(50_000) },
  {},
  { client_id: 'gatehouse-x', redirect_uris: ['https://x.example/'] },
  { token_endpoint_auth_method: 'none', require_pkce: false, grant_types: ['client_credentials'] },
  { token_endpoint_auth_method: 'private_key_jwt', grant_types: ['implicit'], scope: 'x', groups: ['x'] },
  { token_endpoint_auth_method: 'tls_client_auth', backchannel_logout_session_required: true },
  { token_endpoint_auth_method: 'self_signed_tls_client_auth', tls_client_auth_san_ip: '::1' },
  { response_modes: ['web_message.jwt'] },
  { consent: 'never', first_party: false, response_modes: ['web_message'], apis: ['https://x.example'] },
  { require_signed_request_object: true, backchannel_logout_uri: 'http://x.example/' },
  { dpop_bound_access_tokens: true, tls_client_certificate_bound_access_tokens: true },
  { profile: 'fapi2-message-signing', require_pkce: false, redirect_uris: ['app:x'] },
  { profile: 'fapi2-security', id_token_signed_response_alg: 'RS256', response_types: ['id_token'] },
  { backchannel_token_delivery_mode: 'ping', backchannel_user_code_parameter: true },
];
const OF_APIS = [
  {},
  { identifier: 'x', name: '', access_token_format: 'x', undeclared_clients: 'x', unheard_of: 1 },
  { identifier: 'https://x.example/#y', scopes: 'x', access_token_lifetime: 1 },
  { identifier: 'https://x.example/', scopes: ['openid'] },
  { identifier: 'https://x.example/', scopes: [{ name: 'x', other: 1 }] },
  { identifier: 'https://x.example/', scopes: ['a', 'a'], name: 'x\ny' },
  { identifier: `https://x.example/${'x'.repeat(300)}`, scopes: ['gatehouse:x'], name: 'x'.repeat(300) },
  { identifier: 'https://x.example/', name: 'x'.repeat(10_000) },
  { identifier: 'https://id.example/api' },
];

describe('what the rules of the clients file say', () => {
  it.each(RULES)('is known for every sentence in %s', (file) => {
    const source = read('src', 'clients', `${file}.ts`);
    const quoted = /(`(?:[^`$]|\$\{[^}]*\})*`|'(?:[^'\\\n]|\\.)*')/.source;
    const sentences = [
      ...source.matchAll(new RegExp(`what:\\s*${quoted}`, 'g')),
      ...source.matchAll(
        new RegExp(`'((?:write|leave out|use an?|use https|list at|wildcards) [^'\n]*)'`, 'g'),
      ),
    ].map(([, sentence]) => sentence!.replace(/^[`']|[`']$/g, '').replace(/\$\{[^}]*\}/g, 'x'));
    const unknown = sentences
      // What a profile says is put together of two sentences; both are in the drafts below.
      .filter((sentence) => !/^profile x: (x|access .*; x)$/.test(sentence) && sentence !== 'x: x')
      .filter((what) => told({ what }, german).isEnglish);
    expect(sentences.length).toBeGreaterThan(1);
    expect(unknown).toEqual([]);
  });

  const rules = { issuer: 'https://id.example' };
  it.each([
    ...OF_CLIENTS.map((fields) => ['a client', draftMistakes({ fields }, rules, [])] as const),
    ...OF_APIS.map((fields) => ['an API', apiDraftMistakes(fields, rules)] as const),
  ])('is German on a German page: %s, %j', (_, mistakes) => {
    for (const mistake of mistakes) expect(told(mistake, german)).toMatchObject({ isEnglish: false });
  });

  it('keeps what is quoted, and the field that it is not at', () => {
    const what = 'groups: "{name}" is not declared under groups:';
    expect(told({ field: 'groups', what }, german).words).toBe(
      'groups: „{name}“ ist unter groups: nicht erklärt.',
    );
    expect(told({ field: 'groups', what }, german, 'groups').words).toBe(
      '„{name}“ ist unter groups: nicht erklärt.',
    );
    expect(
      told({ what: 'profile fapi2-security: apis: use https: instead of "http://x"' }, german).words,
    ).toBe('Profil fapi2-security: apis: Verwenden Sie https statt „http://x“.');
  });

  it('is left as it is where it is no sentence of ours', () => {
    const what = 'Nested mappings are not allowed in compact mappings at line 1';
    expect(told({ field: 'rest', what }, german)).toEqual({ field: 'rest', words: what, isEnglish: true });
  });

  it('has a message for each sentence, with what is quoted in it', () => {
    const names = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();
    const english = catalogue('en');
    for (const [sentence, key] of RULE_SENTENCES)
      expect([key, names(english[key] ?? '')]).toEqual([key, names(sentence)]);
  });
});
