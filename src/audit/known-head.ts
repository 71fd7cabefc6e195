import { Injectable } from '@nestjs/common';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Config } from '../config/config.js';
import { randomToken } from '../kernel/secrets.js';
import type { Place } from './audit-chain.marks.js';

export const KNOWN_HEAD_FILE = 'audit-head.json';

/**
 * The last head that this instance has seen, outside the database: who can write the database can put an older state of all of
 * it back, or throw the chain away so that it begins anew, and everything in there would agree.
 */
@Injectable()
export class KnownHead {
  readonly file: string;

  constructor({ dataDir }: Config) {
    this.file = join(dataDir, KNOWN_HEAD_FILE);
  }

  /** @returns undefined: none was ever seen here */
  async read(): Promise<Place | undefined> {
    try {
      return JSON.parse(await readFile(this.file, 'utf8')) as Place;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw new Error(`${this.file} cannot be read: ${(error as Error).message}`);
    }
  }

  async write({ id, position, hash }: Place): Promise<void> {
    const draft = `${this.file}.${randomToken(6)}`;
    await writeFile(draft, `${JSON.stringify({ id, position, hash })}\n`, { mode: 0o600 });
    await rename(draft, this.file);
  }
}
