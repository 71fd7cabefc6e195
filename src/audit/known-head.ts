import { Injectable } from '@nestjs/common';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Config } from '../config/config.js';
import { randomToken } from '../kernel/secrets.js';
import type { Place } from './audit-chain.marks.js';

export const KNOWN_HEAD_FILE = 'audit-head.json';

/** Whether the log is whole cannot be told before an operator has seen to the file. */
export class KnownHeadUnusable extends Error {}

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

  /**
   * @returns undefined: none was ever seen here
   * @throws KnownHeadUnusable
   */
  async read(): Promise<Place | undefined> {
    let text: string;
    try {
      text = await readFile(this.file, 'utf8');
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT') return undefined;
      throw new KnownHeadUnusable(`${this.file} cannot be read (${code}): let this user read and write it`);
    }
    const place = placeIn(text);
    if (place) return place;
    throw new KnownHeadUnusable(
      `${this.file} is damaged, and what this server has seen of the log last is not known. If power or disk failed, delete it; if neither did, ask who wanted it so`,
    );
  }

  async write({ id, position, hash }: Place): Promise<void> {
    const draft = `${this.file}.${randomToken(6)}`;
    await writeFile(draft, `${JSON.stringify({ id, position, hash })}\n`, { mode: 0o600 });
    await rename(draft, this.file);
  }
}

function placeIn(text: string): Place | undefined {
  try {
    const { id, position, hash } = JSON.parse(text) as Partial<Place>;
    const isPlace = Number.isSafeInteger(id) && Number.isSafeInteger(position) && typeof hash === 'string';
    return isPlace ? ({ id, position, hash } as Place) : undefined;
  } catch {
    return undefined;
  }
}
