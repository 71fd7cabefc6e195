import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { masterSecret } from '../../config/parsers.js';
import { error, fine, type Finding } from './findings.js';
import { dataDirOf } from './volume.check.js';

export type SecretState = 'given' | 'in-file' | 'missing' | 'damaged' | 'unreadable';

/** Whether what was sealed with it can be opened here. */
export const isKnown = (state: SecretState): boolean => state === 'given' || state === 'in-file';

/** Where the master secret is, without making one. */
export function masterSecretState(env: Record<string, string | undefined>): SecretState {
  if (env['GATEHOUSE_SECRET']?.trim() || env['GATEHOUSE_SECRET_FILE']?.trim()) return 'given';
  const file = join(dataDirOf(env), 'secret.key');
  try {
    masterSecret(readFileSync(file, 'utf8').trim());
    return 'in-file';
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    if (code === 'ENOENT') return 'missing';
    return code === undefined ? 'damaged' : 'unreadable';
  }
}

/** @param hasKeys whether the database holds what was sealed with it; undefined: it could not be asked */
export function secretFindings(state: SecretState, hasKeys: boolean | undefined): Finding[] {
  const restore =
    'restore secret.key from the backup that belongs to this database, or give it as GATEHOUSE_SECRET';
  if (state === 'damaged')
    return [error('secret', 'secret-damaged', 'secret.key does not hold a usable secret', restore)];
  if (state === 'missing' && hasKeys)
    return [
      error(
        'secret',
        'secret-missing',
        'there is no secret.key in the data directory and no GATEHOUSE_SECRET, and the database was made with one',
        restore,
      ),
    ];
  if (state === 'unreadable') return [fine('secret', 'secret.key was not looked at: this user may not')];
  if (state === 'missing') return [fine('secret', 'there is none yet: the first start makes it')];
  return [
    fine('secret', state === 'given' ? 'the master secret is given as a setting' : 'secret.key is there'),
  ];
}
