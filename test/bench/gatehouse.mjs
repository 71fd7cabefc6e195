import { createHmac, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { MeasuredServer, freePort, root } from './process.mjs';
import { API, CLIENT, GRANTS, PASSWORD, redirectUri, SECRET } from './settings.mjs';

const built = (path) => import(pathToFileURL(join(root, 'dist', 'src', path)).href);

const client = (id, rest = {}) => ({
  client_id: id,
  client_secret: SECRET,
  redirect_uris: [redirectUri(id)],
  grant_types: GRANTS,
  id_token_signed_response_alg: 'ES256',
  first_party: true,
  ...rest,
});

/** JSON is YAML, too. */
const CLIENTS = JSON.stringify({
  apis: [{ identifier: API, scopes: ['orders:read'], access_token_signed_response_alg: 'ES256' }],
  clients: [
    client(CLIENT.main),
    client(CLIENT.second),
    { client_id: CLIENT.machine, client_secret: SECRET, grant_types: ['client_credentials'], apis: [API] },
  ],
});

export async function gatehouseSettings(folder, extra = {}) {
  const port = await freePort();
  const dataDir = join(folder, 'gatehouse');
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  writeFileSync(join(dataDir, 'clients.yaml'), CLIENTS);
  return {
    GATEHOUSE_URL: `http://localhost:${port}`,
    GATEHOUSE_PORT: String(port),
    GATEHOUSE_DATA_DIR: dataDir,
    GATEHOUSE_LOG_LEVEL: 'error',
    ...extra,
  };
}

/** As `npm start` does. @param extra flags of Node besides */
export function startGatehouse(env, name = 'gatehouse', extra = []) {
  const [, ...flags] = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).scripts.start.split(' ');
  const program = flags.pop();
  const port = Number(env.GATEHOUSE_PORT);
  return MeasuredServer.start({ name, program, env, port, flags: [...flags, ...extra] });
}

/** Makes people with a password and an authenticator each, as their enrolment would leave them. */
export async function addPeople(env, count) {
  const [{ createApp }, { loadConfig }] = await Promise.all([built('app.js'), built('config/load.js')]);
  const [{ Account }, { PasswordHashes }, { Authenticators }] = await Promise.all([
    built('users/account.entity.js'),
    built('users/password-hash.js'),
    built('mfa/authenticators.service.js'),
  ]);
  const { EntityManager } = await import('@mikro-orm/core');
  const app = await createApp(loadConfig(env));
  const passwordHash = await app.get(PasswordHashes).make(PASSWORD);
  const now = new Date();
  const people = Array.from({ length: count }, (_, index) => {
    const username = `person${index}`;
    return { id: randomBytes(16).toString('base64url'), username, email: `${username}@example.org` };
  });
  await app
    .get(EntityManager)
    .fork()
    .transactional(async (em) => {
      await em.insertMany(
        Account,
        people.map(({ id, username, email }) => ({
          id,
          username,
          usernameKey: username,
          email,
          emailKey: email,
          emailVerifiedAt: now,
          passwordHash,
          passwordChangedAt: now,
          factorGeneration: 0,
          createdAt: now,
          updatedAt: now,
        })),
      );
      for (const person of people) {
        person.key = randomBytes(20);
        const secret = base32(person.key);
        await app.get(Authenticators).insertWithin(em, person.id, '', { secret, step: 0 });
      }
    });
  await app.close();
  return people;
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

function base32(bytes) {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return bits.replace(/.{5}/g, (five) => ALPHABET[parseInt(five, 2)]);
}

/** Milliseconds. A code of the half-minute before counts for so long still, or it is not used. */
const MARGIN = 5_000;

/** RFC 6238. @returns undefined when the person's codes of this half-minute are used up */
export function nextCode(person) {
  const now = Date.now();
  const step = Math.max(Math.floor((now + MARGIN) / 30_000) - 1, (person.step ?? 0) + 1);
  if (step > Math.floor(now / 30_000) + 1) return undefined;
  person.step = step;
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac('sha1', person.key).update(counter).digest();
  return String((mac.readUInt32BE(mac[19] & 15) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}
