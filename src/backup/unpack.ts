import { mkdir, open, type FileHandle } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { Config } from '../config/config.js';
import { decrypted } from './archive-cipher.js';
import { unpacked } from './archive-entries.js';
import { BackupFailure } from './failures.js';
import { accept, NAMES, type Manifest } from './manifest.js';

/** An archive that was read to its end, and is what it was when it was made. */
export interface Unpacked {
  readonly manifest: Manifest;
  readonly secret: string;
  readonly databaseFile: string;
  /** Paths below `data/` of the folder it was unpacked into. */
  readonly files: readonly string[];
  readonly clientsFile: string | undefined;
}

/**
 * Unpacks an archive into a folder. Nothing outside of it is touched, so that one that turns out damaged at its last byte has
 * done nothing.
 * @throws BackupFailure
 */
export async function unpack(
  archive: string,
  folder: string,
  options: { passphrase: string; config: Pick<Config, 'database'>; known: readonly string[] },
): Promise<Unpacked> {
  const handle = await open(archive, 'r').catch((cause: NodeJS.ErrnoException) => {
    throw new BackupFailure('not-an-archive', `${archive} cannot be read (${cause.code})`, cause);
  });
  if (!(await handle.stat()).isFile()) {
    await handle.close();
    throw new BackupFailure('not-an-archive', `${archive} is not a file`);
  }
  let manifest: Manifest | undefined;
  let secret: string | undefined;
  let clientsFile: string | undefined;
  let databaseFile: string | undefined;
  const files: string[] = [];
  try {
    await pipeline(
      Readable.from(decrypted(options.passphrase, handle)),
      createGunzip(),
      async (bytes: AsyncIterable<Buffer>) => {
        for await (const { name, content } of unpacked(bytes)) {
          if (name === NAMES.manifest) {
            manifest = accept(
              JSON.parse((await whole(content)).toString()) as Manifest,
              options.config,
              options.known,
            );
          } else if (name === NAMES.secret) secret = (await whole(content)).toString();
          else {
            const path = placed(name);
            await write(join(folder, path), content);
            if (name === NAMES.database) databaseFile = join(folder, path);
            else if (name === NAMES.clients) clientsFile = join(folder, path);
            else files.push(path.slice(NAMES.data.length));
          }
        }
      },
    );
  } catch (error) {
    // What was decrypted was made by who has the key; that it does not unpack is no attack but a mistake.
    if ((error as NodeJS.ErrnoException).code?.startsWith('Z_'))
      throw new BackupFailure('corrupt', 'what is in the archive does not unpack', error);
    throw error;
  } finally {
    await handle.close();
  }
  if (!manifest || !secret || !databaseFile)
    throw new BackupFailure('corrupt', 'the archive is not complete');
  return { manifest, secret, databaseFile, files, clientsFile };
}

/** A name is a path below the folder, and leads nowhere else. */
function placed(name: string): string {
  const isData = name.startsWith(NAMES.data) && name.length > NAMES.data.length;
  const isKnown = name === NAMES.database || name === NAMES.clients || isData;
  if (!isKnown || name.includes('\0') || normalize(name) !== name || name.split('/').includes('..'))
    throw new BackupFailure('corrupt', `the archive has an entry ${JSON.stringify(name)}`);
  return name;
}

async function whole(content: AsyncIterable<Buffer> | Iterable<Buffer>): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const bytes of content) parts.push(bytes);
  return Buffer.concat(parts);
}

async function write(path: string, content: AsyncIterable<Buffer> | Iterable<Buffer>): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const handle: FileHandle = await open(path, 'wx', 0o600);
  try {
    for await (const bytes of content) await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
