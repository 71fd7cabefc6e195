import { seedOfBytes } from '../../mfa/seed.js';
import { asObject, text } from './carried-over.js';
import type { ForeignSeed } from './foreign-user.js';

/** What a person of Keycloak proves who they are by. */
export interface Credentials {
  /** undefined: none. In a form that foreign-hash.ts reads, or in one that it refuses by name. */
  readonly passwordHash?: string;
  readonly seeds: readonly ForeignSeed[];
  /** Second factors that cannot be carried over. */
  readonly lost: readonly ('hotp' | 'passkeys')[];
  readonly notes: readonly string[];
}

const DIGESTS: Record<string, { name: string; bytes: number }> = {
  pbkdf2: { name: 'sha1', bytes: 20 },
  'pbkdf2-sha256': { name: 'sha256', bytes: 32 },
  'pbkdf2-sha512': { name: 'sha512', bytes: 64 },
};

/** CredentialRepresentation: `credentialData` is what anybody may know, `secretData` what nobody may; each JSON in a text. */
export function readCredentials(list: unknown): Credentials {
  const seeds: ForeignSeed[] = [];
  const lost = new Set<'hotp' | 'passkeys'>();
  const notes = new Set<string>();
  let passwordHash: string | undefined;
  for (const each of Array.isArray(list) ? list : []) {
    const credential = asObject(each) ?? {};
    const data = objectIn(credential['credentialData']);
    const secret = objectIn(credential['secretData']);
    switch (credential['type']) {
      case 'password':
        passwordHash ??= hashOf(data, secret);
        break;
      case 'otp':
        if (data['subType'] === 'totp') seeds.push(seedOf(text(credential['userLabel']), data, secret));
        else lost.add('hotp');
        break;
      case 'webauthn':
        lost.add('passkeys');
        break;
      case 'webauthn-passwordless':
        notes.add('passkeys-not-carried-over');
        break;
      case 'recovery-authn-codes':
        notes.add('backup-codes-not-carried-over');
        break;
      default:
        notes.add(`credential-left-out: ${text(credential['type']) ?? '?'}`);
    }
  }
  return {
    ...(passwordHash === undefined ? {} : { passwordHash }),
    seeds,
    lost: [...lost],
    notes: [...notes],
  };
}

function hashOf(data: Record<string, unknown>, secret: Record<string, unknown>): string {
  const algorithm = text(data['algorithm']) ?? '';
  const [salt, value] = [bare(secret['salt']), Buffer.from(text(secret['value']) ?? '', 'base64')];
  const iterations = Number(data['hashIterations']);
  if (Object.hasOwn(DIGESTS, algorithm)) {
    const { name, bytes } = DIGESTS[algorithm]!;
    // Keycloak derives 64 bytes by SHA-1, four blocks. Each costs all iterations again, and the first proves as much.
    const hash = value.subarray(0, bytes).toString('base64');
    return `$pbkdf2-${name}$i=${iterations}$${salt}$${bare(hash)}`;
  }
  if (algorithm !== 'argon2') return algorithm;
  const parameters = asObject(data['additionalParameters']) ?? {};
  const [type, version, memory, lanes] = ['type', 'version', 'memory', 'parallelism'].map((name) =>
    first(parameters[name]),
  );
  const v = version === '1.3' ? 19 : 16;
  return `$argon2${type}$v=${v}$m=${memory},t=${iterations},p=${lanes}$${salt}$${bare(value.toString('base64'))}`;
}

function seedOf(
  label: string | undefined,
  data: Record<string, unknown>,
  secret: Record<string, unknown>,
): ForeignSeed {
  const value = text(secret['value']) ?? '';
  const name = label && label.length <= 60 ? label : '';
  return {
    name,
    // Without a word on it the text itself is the key, and the phone was shown its base32.
    secret: data['secretEncoding'] === 'BASE32' ? value : seedOfBytes(Buffer.from(value, 'utf8')),
    ...(text(data['algorithm']) ? { algorithm: text(data['algorithm'])! } : {}),
    ...(typeof data['digits'] === 'number' ? { digits: data['digits'] } : {}),
    ...(typeof data['period'] === 'number' ? { period: data['period'] } : {}),
  };
}

function objectIn(json: unknown): Record<string, unknown> {
  try {
    return asObject(JSON.parse(text(json) ?? '')) ?? {};
  } catch {
    return {};
  }
}

function first(value: unknown): string {
  return text(Array.isArray(value) ? value[0] : value) ?? '';
}

function bare(base64: unknown): string {
  return (text(base64) ?? '').replace(/=+$/, '');
}
