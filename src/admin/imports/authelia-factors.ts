import { readFileSync } from 'node:fs';
import { usernameKey } from '../../users/identifiers.js';
import { asObject, text } from './carried-over.js';
import { ImportFailure } from './failures.js';
import type { ForeignSeed } from './foreign-user.js';
import { readPlainYaml } from './plain-yaml.js';

/** Seeds by the canonical user name of their owner. */
export type SeedsByOwner = Map<string, ForeignSeed[]>;

const CSV_HEAD = 'issuer,username,algorithm,digits,period,secret';

/** What `authelia storage user totp export` writes: YAML, with `csv` lines of values, with `uri` what the QR codes said. */
export function readAutheliaSeeds(file: string): SeedsByOwner {
  const seeds: SeedsByOwner = new Map();
  const add = (username: string, seed: Omit<ForeignSeed, 'name'>) => {
    const key = usernameKey(username);
    seeds.set(key, [...(seeds.get(key) ?? []), { name: '', ...seed }]);
  };
  const written = readFileSync(file, 'utf8').trim();
  const lines = written.split(/\r?\n/).filter((line) => line.trim() !== '');
  if (lines[0]?.trim() === CSV_HEAD) for (const line of lines.slice(1)) add(...csvLine(line));
  else if (lines.length > 0 && lines.every((line) => line.startsWith('otpauth://')))
    for (const line of lines) add(...uriLine(line));
  else {
    const { totp_configurations: list } = readPlainYaml(file);
    if (!Array.isArray(list)) throw notSeeds();
    for (const each of list) add(...configuration(asObject(each)));
  }
  return seeds;
}

/** Who has a security key or a passkey, after `authelia storage user webauthn export`, by the canonical user name. */
export function readAutheliaKeyHolders(file: string): Set<string> {
  const { webauthn_credentials: list } = readPlainYaml(file);
  if (!Array.isArray(list)) throw new ImportFailure('other-format', `${file} lists no webauthn_credentials`);
  const names = list.map((each) => text(asObject(each)?.['username']));
  if (names.includes(undefined)) throw new ImportFailure('other-format', `${file}: a credential is nobody's`);
  return new Set((names as string[]).map(usernameKey));
}

type Line = [username: string, seed: Omit<ForeignSeed, 'name'>];

/** There the secret is written in base64 once more: what that says is base32. */
function configuration(entry: Record<string, unknown> | undefined): Line {
  const [username, secret] = [text(entry?.['username']), text(entry?.['secret'])];
  if (!entry || !username || !secret) throw notSeeds();
  return [username, seed(Buffer.from(secret, 'base64').toString('latin1'), entry)];
}

/** It quotes nothing, and an issuer may have commas: what is last is certain. */
function csvLine(line: string): Line {
  const [username, algorithm, digits, period, secret] = line.split(',').slice(-5);
  if (!username || !secret) throw notSeeds();
  return [username, seed(secret, { algorithm, digits, period })];
}

function uriLine(line: string): Line {
  const url = URL.canParse(line) ? new URL(line) : undefined;
  const [secret, label] = [url?.searchParams.get('secret'), url && decoded(url.pathname)];
  const username = label?.split(':').at(-1)?.replace(/^\//, '').trim();
  if (url?.hostname !== 'totp' || !secret || !username) throw notSeeds();
  return [username, seed(secret, Object.fromEntries(url.searchParams))];
}

function seed(secret: string, said: Record<string, unknown>): Omit<ForeignSeed, 'name'> {
  const [algorithm, digits, period] = ['algorithm', 'digits', 'period'].map((name) => text(said[name]));
  return {
    secret,
    ...(algorithm ? { algorithm } : {}),
    // What is no number is none that a seed can have.
    ...(digits ? { digits: Number(digits) } : {}),
    ...(period ? { period: Number(period) } : {}),
  };
}

function decoded(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}

function notSeeds(): ImportFailure {
  return new ImportFailure('other-format', 'the file of authenticators is none that Authelia exports');
}
