import { randomToken } from '../../kernel/secrets.js';
import { SystemClock, type Clock } from '../../kernel/clock.js';
import { ConfigurationMistakes, type Config } from '../../config/config.js';
import { loadConfig, unknownSettings } from '../../config/load.js';
import type { Entities, MigrationList } from '../../database/options.js';
import { clientsFindings } from './clients.check.js';
import { clockFindings } from './clock.check.js';
import { databaseFindings } from './database.check.js';
import { error, fine, warning, without, type Finding } from './findings.js';
import { mailFindings } from './mail.check.js';
import { publicFindings } from './public-url.check.js';
import { isKnown, masterSecretState, secretFindings } from './secret.check.js';
import { volumeFindings } from './volume.check.js';

export interface Patient {
  readonly env: Record<string, string | undefined>;
  readonly entities: Entities;
  readonly migrations: MigrationList;
  readonly clock?: Clock;
  /** Who runs this; undefined: the system knows no such numbers. */
  readonly uid?: number | undefined;
}

/**
 * Looks at a whole set-up as far as it can be seen, whether the server runs or not, and changes nothing of it: no directory,
 * no right, no secret, no table is made. One thing that is wrong keeps none of the others from being looked at, unless they
 * need it. What it asks on the network are the database, the mail server and the public URL, nobody else.
 */
export async function examine(patient: Patient): Promise<Finding[]> {
  const { env, clock = new SystemClock(), uid = process.getuid?.() } = patient;
  const volume = volumeFindings(env, uid);
  const secret = masterSecretState(env);
  const stray = unknownSettings(env).map((name) =>
    warning(
      'settings',
      'unknown-setting',
      `${name} is not a setting and has no effect`,
      'correct its name, or leave it out: docs/configuration.md lists them all',
    ),
  );
  let config: Config;
  try {
    // A lack of the secret is a finding of its own; the rest can be looked at without it.
    const standIn = isKnown(secret) ? {} : { GATEHOUSE_SECRET: randomToken(48) };
    config = loadConfig({ ...env, ...standIn }, 'look');
  } catch (thrown) {
    if (!(thrown instanceof ConfigurationMistakes)) throw thrown;
    const mistakes = thrown.mistakes.map((mistake) => settingsMistake(mistake));
    return [...mistakes, ...stray, ...volume];
  }
  const database = await databaseFindings({ config, clock, uid, secret, ...patient });
  const isUnused = secret === 'missing' && database.hasKeys !== true;
  const outside = await publicFindings(config, clock, secret, isUnused);
  const findings = [
    ...(stray.length > 0 ? stray : [fine('settings', 'every setting can be used')]),
    ...volume,
    ...secretFindings(secret, database.hasKeys),
    ...clientsFindings(config),
    ...database.findings,
    ...(await mailFindings(config)),
    ...outside.findings,
    ...clockFindings([...database.times, ...outside.times]),
  ];
  return without(secretsOf(config, env), findings);
}

/** Each mistake names its own mend already. */
function settingsMistake(mistake: string): Finding {
  return error('settings', 'settings', mistake, 'correct that setting (docs/configuration.md) and restart');
}

function secretsOf({ smtp, database }: Config, env: Patient['env']): string[] {
  const urls = [smtp, database.kind === 'postgresql' ? new URL(database.url) : undefined];
  const passwords = urls.flatMap((url) => (url ? [url.href, url.password] : []));
  const all = [
    ...passwords,
    ...passwords.map((each) => decoded(each)),
    env['GATEHOUSE_SECRET']?.trim() ?? '',
  ];
  return all.filter((each) => each.length > 3).sort((a, b) => b.length - a.length);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
