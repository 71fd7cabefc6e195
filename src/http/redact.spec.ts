import { describe, expect, it } from '@jest/globals';
import { harmlessOnTerminal, inertJson, redacted } from './redact.js';

describe('what a log line must not say', () => {
  it.each([
    ['a query', 'got "https://app.example/cb?code=S3CRET&state=1"'],
    ['a code that begins as names of errors do', 'got "https://app.example/cb?code=EaccS3CRET"'],
    ['an address in an address', 'got "https://a.example/?to=https%3A%2F%2Fb.example%3Fcode%3DS3CRET"'],
    ['another one', 'code=ECONN_S3CRET&code=12345_S3CRET'],
    ['a form', 'username=ada&password=S3CRET&_csrf=1'],
    ['JSON', '{"client_secret":"S3CRET","ok":true}'],
    ['JSON within JSON', '{\\"refresh_token\\": \\"S3CRET\\"}'],
    ['a header', 'authorization: Bearer S3CRET-and-more'],
    ['a login', 'cannot reach postgresql://gatehouse:S3CRET@db:5432/gatehouse'],
    ['a mail login', 'smtps://S3CRET@mail.example'],
    ['a JWT', 'refused eyJhbGciOiJFUzI1NiJ9.S3CRET.S3CRET'],
    ['a hash', "values ('ada', '$argon2id$v=19$m=19456,t=2,p=1$S3CRET$S3CRET')"],
    ['a verifier', 'code_verifier=S3CRET'],
    ['a cookie', 'Cookie: S3CRET'],
    ['the second cookie', '{"cookie":"_session=S3CRET; other=S3CRET"}'],
    ['a code that was typed', 'user_code=S3CRET, device_code:S3CRET'],
    ['a seed', '{"seed":"S3CRET"}'],
  ])('%s', (_what, text) => {
    expect(redacted(text)).not.toContain('S3CRET');
    expect(redacted(text)).toContain('[redacted]');
  });

  it('leaves what an operator looks for', () => {
    for (const text of [
      'connect ECONNREFUSED 127.0.0.1:5432 {"code":"ECONNREFUSED"}',
      '{"code":"SQLITE_BUSY"}',
      '{"code":"23505","detail":"Key exists"}',
      'grant.error {"client_id":"notes","error":"invalid_grant","detail":"authorization code not found"}',
      'redirect_uri refused {"client_id":"notes","got":"https://notes.example.org/cb","registered":["https://n.example"]}',
      'internal AbC POST /interaction/:uid/password: Error: it broke',
      'database-away AbC POST /interaction/:uid/password: {"code":"SQLITE_BUSY"}',
      'at file:///app/dist/src/oidc/token.js:12:34',
    ])
      expect(redacted(text)).toBe(text);
  });

  it('cuts what is huge', () => {
    expect(redacted('a'.repeat(5_000_000))).toMatch(/… \(5000000 characters\)$/);
  });

  it.each([
    'a-',
    'a.',
    'code=',
    'token ',
    'eyJ-',
    'eyJa.',
    'eyJaaaa.',
    '://',
    '://a',
    'Bearer ',
    'cookie',
    'cookie:\n',
    '$argon2',
    '"',
    ' ',
  ])('takes no long time for "%s" over and over', (part) => {
    const text = part.repeat(16_384 / part.length);
    const start = performance.now();
    redacted(text);
    expect(performance.now() - start).toBeLessThan(60);
  });

  it('shows control characters instead of obeying them', () => {
    const typed = 'a\u009b31mb\u2028c\u202ed';
    expect(inertJson(JSON.stringify(typed))).toBe('"a\\u009b31mb\\u2028c\\u202ed"');
    expect(JSON.parse(inertJson(JSON.stringify(typed)))).toBe(typed);
    expect(harmlessOnTerminal('\u001b[2J\ra\nb')).toBe('\\u001b[2J\\u000da\nb');
  });
});
