/**
 * Writes what a server needs for the OpenID Foundation's conformance suite, and what the suite needs for the server:
 *
 *   node test/conformance/prepare.mjs <issuer> <directory> [suite address]
 *
 * The directory becomes the data directory of the server. Keys and secrets are made anew each time. docs/conformance.md
 * says what to do with it.
 */
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, randomBytes, X509Certificate } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { clientsFile, guardedIds, plainIds } from './clients.mjs';
import { configurations } from './plans.mjs';

const [issuer, directory, ...others] = process.argv.slice(2);
if (!issuer || !directory || !/^https:\/\/[^/]+(\/.*[^/])?$/.test(issuer)) {
  console.error('usage: node test/conformance/prepare.mjs <issuer, https://…> <directory> [suite address …]');
  process.exit(64);
}
/** The Foundation's own, and one on this machine. */
const suites =
  others.length > 0
    ? others
    : ['https://www.certification.openid.net', 'https://localhost.emobix.co.uk:8443'];
const alias = 'gatehouse';
const person = { username: 'conformance', password: `suite ${randomBytes(9).toString('base64url')}` };

function jwkPair(kid) {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const about = { kid, use: 'sig', alg: 'ES256' };
  return [publicKey, privateKey].map((key) => ({ ...key.export({ format: 'jwk' }), ...about }));
}

function certificate(number) {
  const file = (name) => join(directory, `client-${number}.${name}`);
  const openssl = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '365'];
  const subject = ['-subj', `/CN=conformance-${number}`];
  execFileSync('openssl', [...openssl, ...subject, '-keyout', file('key'), '-out', file('crt')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const [key, cert] = [file('key'), file('crt')].map((name) => readFileSync(name, 'utf8'));
  const { publicKey, raw } = new X509Certificate(cert);
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: `certificate-${number}` };
  return { key, cert, jwk: { ...jwk, use: 'sig', x5c: [raw.toString('base64')] } };
}

process.umask(0o077);
mkdirSync(join(directory, 'plans'), { recursive: true });
const secrets = Object.fromEntries(plainIds.map((id) => [id, randomBytes(32).toString('base64url')]));
const pairs = Object.fromEntries(guardedIds.map((id) => [id, jwkPair(id)]));
const certificates = [certificate(1), certificate(2)];

const clients = clientsFile({
  suites,
  alias,
  secrets,
  keys: Object.fromEntries(guardedIds.map((id) => [id, pairs[id][0]])),
  certificates: certificates.map(({ jwk }) => jwk),
});
writeFileSync(join(directory, 'clients.yaml'), `${clients}\n`);
const plans = configurations({
  issuer,
  alias,
  person,
  secrets,
  privateKeys: Object.fromEntries(guardedIds.map((id) => [id, pairs[id][1]])),
  certificates: certificates.map(({ key, cert }) => ({ key, cert })),
  initialAccessToken: process.env.INITIAL_ACCESS_TOKEN,
});
for (const [file, configuration] of Object.entries(plans))
  writeFileSync(join(directory, 'plans', `${file}.json`), `${JSON.stringify(configuration, null, 2)}\n`);
writeFileSync(join(directory, 'person.json'), `${JSON.stringify(person, null, 2)}\n`);
copyFileSync(join(import.meta.dirname, 'settings.env'), join(directory, 'settings.env'));
console.log(`${directory}: clients.yaml, settings.env, person.json, ${Object.keys(plans).length} plans`);
