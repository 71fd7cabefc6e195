import { pbkdf2Sync, randomBytes, scryptSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const SALT_CHARACTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const pick = (alphabet: string, length: number) =>
  Array.from(randomBytes(length), (byte) => alphabet[byte % alphabet.length]).join('');

/** As Werkzeug's documentation says of `generate_password_hash`: a salt of 16 letters and digits, used as a text. */
export function werkzeugScrypt(
  password: string,
  [n, r, p] = [32_768, 8, 1] as [number, number, number],
): string {
  const salt = pick(SALT_CHARACTERS, 16);
  const key = scryptSync(password, salt, 64, { N: n, r, p, maxmem: 132 * n * r * p });
  return `scrypt:${n}:${r}:${p}$${salt}$${key.toString('hex')}`;
}

export function werkzeugPbkdf2(password: string, iterations = 600_000, digest = 'sha256'): string {
  const salt = pick(SALT_CHARACTERS, 16);
  const key = pbkdf2Sync(password, salt, iterations, digest === 'sha256' ? 32 : 64, digest);
  return `pbkdf2:${digest}:${iterations}$${salt}$${key.toString('hex')}`;
}

/** pyotp.random_base32() */
export function pyotpSeed(length = 32): string {
  return pick(LETTERS, length);
}

export interface FlaskUser {
  readonly username: unknown;
  readonly email: unknown;
  readonly hash: unknown;
  readonly seed?: unknown;
  readonly isOn?: unknown;
  readonly backupCodes?: unknown;
}

/** Files that are gone after the tests. */
export class ForeignFiles {
  private readonly folder = mkdtempSync(join(tmpdir(), 'gatehouse-imports-'));
  private count = 0;

  path(name = 'users.db'): string {
    return join(this.folder, `${this.count++}-${name}`);
  }

  written(content: string, name = 'users.jsonl'): string {
    const path = this.path(name);
    writeFileSync(path, content);
    return path;
  }

  /** The demonstration's database, as Flask-SQLAlchemy makes it. */
  flask(users: readonly FlaskUser[], table = FLASK_TABLE): string {
    const path = this.path();
    const database = new DatabaseSync(path);
    database.exec(table);
    const insert = database.prepare(
      `INSERT INTO user (username, email, password_hash, totp_secret, is_2fa_enabled, backup_codes)
       VALUES (?, ?, ?, ?, ?, ?)`,
    );
    for (const {
      username,
      email,
      hash,
      seed = null,
      isOn = seed === null ? 0 : 1,
      backupCodes = null,
    } of users)
      insert.run(...([username, email, hash, seed, isOn, backupCodes] as string[]));
    database.close();
    return path;
  }

  /** Any database. */
  sqlite(schema: string): string {
    const path = this.path();
    const database = new DatabaseSync(path);
    database.exec(schema);
    database.close();
    return path;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const FLASK_TABLE = `CREATE TABLE user (
  id INTEGER NOT NULL, username VARCHAR(80) NOT NULL, email VARCHAR(120) NOT NULL, password_hash VARCHAR(256) NOT NULL,
  totp_secret VARCHAR(32), is_2fa_enabled BOOLEAN, backup_codes TEXT, PRIMARY KEY (id))`;
