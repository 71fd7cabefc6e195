import type { EntityManager } from '@mikro-orm/core';
import { ConfigurationMistakes, type Config } from '../../config/config.js';
import { Migrated } from '../../database/database.module.js';
import { DAY, HOUR, type Clock } from '../../kernel/clock.js';
import { Secrets } from '../../kernel/secrets.js';
import { ALGORITHMS } from '../../keys/algorithms.js';
import { KeyTable, type StoredKey } from '../../keys/key-table.js';
import { keptFor, nextActiveAt, rolesOf } from '../../keys/schedule.js';
import { error, fine, warning, type Finding } from './findings.js';
import { isKnown, type SecretState } from './secret.check.js';

const CHECK = 'keys';
/** A running server looks every ten seconds. */
const GRACE = HOUR;
/** Where nothing but a command changes them. */
const OLD = 365 * DAY;

interface Means {
  readonly config: Config;
  readonly clock: Clock;
  readonly secret: SecretState;
}

/** The signing keys: whether the master secret opens them, how old they are, whether the next one is due. */
export async function keysFindings(
  em: EntityManager,
  { config, clock, secret }: Means,
): Promise<{ findings: Finding[]; count: number }> {
  const table = new KeyTable(em, new Secrets(config.masterSecret), clock, new Migrated());
  const keys = await table.all();
  if (keys.length === 0)
    return { findings: [fine(CHECK, 'there is none yet: the first start makes them')], count: 0 };
  const sealed = isKnown(secret) && !keys.every((key) => opens(table, key)) ? [otherSecret()] : [];
  const ages = Object.keys(ALGORITHMS).map((alg) =>
    ageFinding(
      alg,
      keys.filter((key) => key.alg === alg),
      config,
      clock.now().getTime(),
    ),
  );
  return { findings: [...sealed, ...ages], count: keys.length };
}

function opens(table: KeyTable, key: StoredKey): boolean {
  if (key.revokedAt !== null) return true;
  try {
    table.open(key);
    return true;
  } catch (thrown) {
    if (thrown instanceof ConfigurationMistakes) return false;
    throw thrown;
  }
}

function otherSecret(): Finding {
  return error(
    'secret',
    'secret-changed',
    'the master secret is not the one this database was made with',
    'restore the secret.key (or GATEHOUSE_SECRET) that belongs to this database, or begin with an empty database',
  );
}

function ageFinding(
  alg: string,
  keys: StoredKey[],
  { keyRotation, sessionLifetime }: Config,
  now: number,
): Finding {
  const { signing } = rolesOf(keys, now, keptFor(sessionLifetime));
  if (!signing)
    return error(CHECK, 'keys-missing', `there is no key for ${alg}`, 'start the server: it makes one');
  const days = Math.floor((now - signing.activeAt) / DAY);
  const says = `${signing.kid} (${alg}) has signed for ${days} days`;
  if (keyRotation > 0 && nextActiveAt(keys, now - GRACE, keyRotation) !== undefined)
    return warning(
      CHECK,
      'keys-overdue',
      `${says}, the next one should be published by now`,
      'start the server: it publishes the next key by itself. If it runs, look for "Keys" in its log, or: gatehouse rotate-keys',
    );
  if (keyRotation === 0 && now - signing.activeAt > OLD)
    return warning(
      CHECK,
      'keys-overdue',
      `${says}, and GATEHOUSE_KEY_ROTATION is off`,
      'gatehouse rotate-keys, or switch the rotation on',
    );
  return fine(CHECK, says);
}
