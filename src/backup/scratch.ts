import { rmSync } from 'node:fs';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { constants } from 'node:os';
import { join } from 'node:path';
import { DAY } from '../kernel/clock.js';

/** Where a copy of the database stands while it is packed, and where a restore unpacks: in the clear, for a while. */
export const SCRATCH = '.backup-';
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** A folder in the data directory that is gone when the work is done, fails, or is interrupted. */
export async function withScratch<T>(dataDir: string, work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(dataDir, SCRATCH));
  const leave = (signal: NodeJS.Signals) => {
    rmSync(folder, { recursive: true, force: true });
    process.exit(128 + constants.signals[signal]);
  };
  for (const signal of SIGNALS) process.on(signal, leave);
  try {
    await removeForgotten(dataDir, (await stat(folder)).mtimeMs);
    return await work(folder);
  } finally {
    for (const signal of SIGNALS) process.off(signal, leave);
    await rm(folder, { recursive: true, force: true });
  }
}

/** Of a process that was killed; a younger one may be of a backup that is being made. */
async function removeForgotten(dataDir: string, now: number): Promise<void> {
  for (const name of await readdir(dataDir)) {
    if (!name.startsWith(SCRATCH)) continue;
    const path = join(dataDir, name);
    const found = await stat(path).catch(() => undefined);
    if (found?.isDirectory() && found.mtimeMs < now - DAY) await rm(path, { recursive: true, force: true });
  }
}
