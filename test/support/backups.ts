import type { INestApplication } from '@nestjs/common';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp } from '../../src/app.js';
import { backup, type Made } from '../../src/backup/backup.js';
import { BackupFailure } from '../../src/backup/failures.js';
import { restore, type Restored } from '../../src/backup/restore.js';
import { verify, type Verified } from '../../src/backup/verify.js';
import type { Config } from '../../src/config/config.js';
import { loadConfig } from '../../src/config/load.js';
import { entities } from '../../src/entities.js';
import { SystemClock } from '../../src/kernel/clock.js';
import { migrations } from '../../src/migrations.js';
import { database, freshPostgresql } from './database.js';

export const KEY = 'a passphrase for the archives';
const KNOWN = migrations.sqlite.map(({ name }) => name);
type Environment = Record<string, string>;

/** Places on the disk, and databases, that are gone after the tests. */
export class Places {
  private readonly folder = mkdtempSync(join(tmpdir(), 'gatehouse-backups-'));
  private readonly drops: (() => Promise<void>)[] = [];
  private count = 0;

  file(name = `${this.count++}.backup`): string {
    return join(this.folder, name);
  }

  /** Settings for a server that has nothing yet. */
  async empty(more: Environment = {}): Promise<Environment> {
    const fresh = database === 'postgresql' ? await freshPostgresql() : undefined;
    if (fresh) this.drops.push(() => fresh.drop());
    const dataDir = join(this.folder, `data-${this.count++}`);
    return {
      GATEHOUSE_DATA_DIR: dataDir,
      GATEHOUSE_BACKUP_KEY: KEY,
      GATEHOUSE_LOG_LEVEL: 'error',
      // Nobody listens there.
      GATEHOUSE_PORT: '1',
      ...(fresh ? { DATABASE_URL: fresh.url } : {}),
      ...more,
    };
  }

  async remove(): Promise<void> {
    for (const drop of this.drops) await drop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export function makeBackup(env: Environment, file: string): Promise<Made> {
  return backup(loadConfig(env), new SystemClock(), { target: file, known: KNOWN });
}

export function restoreTo(
  env: Environment,
  file: string,
  { overwrite = false, known = KNOWN } = {},
): Promise<Restored> {
  return restore(env, file, { overwrite, known, entities });
}

/** @param look at the program in the temporary place, before anybody signs in */
export function verifyIn(
  env: Environment,
  file: string,
  look?: (app: INestApplication) => Promise<void>,
): Promise<Verified> {
  const start = async (config: Config) => {
    const app = await createApp(config);
    await look?.(app);
    return app;
  };
  return verify(env, file, { known: KNOWN, createApp: start });
}

/** Why something does not come about. */
export async function reasonOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'it did';
  } catch (error) {
    if (error instanceof BackupFailure) return error.reason;
    throw error;
  }
}
