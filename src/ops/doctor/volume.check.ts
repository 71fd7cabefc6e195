import { accessSync, constants, existsSync, statfsSync, statSync, type Stats } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { SETTINGS } from '../../config/settings.js';
import { error, fine, warning, type Finding } from './findings.js';

const CHECK = 'volume';
/** What the program itself makes and has to write. */
const OWN_FILES = [
  'secret.key',
  'gatehouse.sqlite',
  'gatehouse.sqlite-wal',
  'gatehouse.sqlite-shm',
  'audit-head.json',
];
const LEAST_FREE = 100 * 1024 * 1024;

export function dataDirOf(env: Record<string, string | undefined>): string {
  return resolve(env['GATEHOUSE_DATA_DIR']?.trim() || SETTINGS.GATEHOUSE_DATA_DIR.initial!);
}

/** The data directory: whose it is, who else may look into it, whether it can be written. */
export function volumeFindings(env: Record<string, string | undefined>, uid: number | undefined): Finding[] {
  const dir = dataDirOf(env);
  try {
    if (!existsSync(dir)) return [missing(dir)];
    const stat = statSync(dir);
    if (!stat.isDirectory())
      return [
        error(
          CHECK,
          'volume-no-directory',
          `${dir} is not a directory`,
          'name another, or move the file away',
        ),
      ];
    const all = [...owner(dir, stat, uid), ...rights(dir, stat), ...writable(dir), ...space(dir)];
    return all.length > 0 ? all : [fine(CHECK, `${dir} is private and can be written`)];
  } catch (thrown) {
    return [unusable(dir, thrown)];
  }
}

function missing(dir: string): Finding {
  let parent = dirname(dir);
  while (!existsSync(parent)) parent = dirname(parent);
  accessSync(parent, constants.W_OK | constants.X_OK);
  return fine(CHECK, `${dir} does not exist yet: the first start makes it`);
}

function owner(dir: string, { uid: ofDir }: Stats, uid: number | undefined): Finding[] {
  if (uid === undefined) return [];
  const paths = [dir, ...OWN_FILES.map((name) => join(dir, name)).filter((path) => existsSync(path))];
  const strangers = paths.filter((path) => statSync(path).uid !== uid);
  if (strangers.length === 0) return [];
  const owners = [...new Set(strangers.map((path) => statSync(path).uid))].join(', ');
  const mend =
    uid === 0
      ? `run this as the user who runs Gatehouse (uid ${ofDir}?), or, if that is root: chown -R ${uid} ${dir}`
      : `if this is the user who runs Gatehouse: chown -R ${uid} ${dir}; otherwise run this as that user`;
  return [
    error(
      CHECK,
      'volume-owner',
      `${strangers.join(', ')} belongs to uid ${owners}, and this runs as uid ${uid}`,
      mend,
    ),
  ];
}

function rights(dir: string, { mode }: Stats): Finding[] {
  const secret = join(dir, 'secret.key');
  const isOpen = (mode & 0o077) !== 0;
  const isRead = existsSync(secret) && (statSync(secret).mode & 0o077) !== 0;
  if (!isOpen && !isRead) return [];
  const octal = (path: string) => (statSync(path).mode & 0o777).toString(8).padStart(4, '0');
  const what = isRead ? `${secret} (mode ${octal(secret)})` : `${dir} (mode ${octal(dir)})`;
  const report = isRead && isOpen ? error : warning;
  return [
    report(
      CHECK,
      'volume-open',
      `${what} is open to others on this machine, who could take the master secret and the database`,
      isRead ? `chmod 700 ${dir} && chmod 600 ${secret}` : `chmod 700 ${dir}`,
    ),
  ];
}

function writable(dir: string): Finding[] {
  try {
    accessSync(dir, constants.R_OK | constants.W_OK | constants.X_OK);
    return [];
  } catch (thrown) {
    return [unusable(dir, thrown)];
  }
}

function unusable(dir: string, thrown: unknown): Finding {
  const { code } = thrown as NodeJS.ErrnoException;
  return error(
    CHECK,
    'volume-unusable',
    `${dir} cannot be used (${code})`,
    code === 'EROFS'
      ? 'mount it so that it can be written'
      : 'let the user who runs Gatehouse read and write it: chown and chmod 700',
  );
}

function space(dir: string): Finding[] {
  const { bavail, bsize } = statfsSync(dir);
  if (bavail * bsize >= LEAST_FREE) return [];
  const says = `${Math.floor((bavail * bsize) / 1024 / 1024)} MiB are free at ${dir}`;
  return [warning(CHECK, 'volume-full', says, 'make room: a database that cannot grow answers 503')];
}
