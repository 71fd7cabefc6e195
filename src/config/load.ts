import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tracingOf } from './settings.tracing.js';
import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import { CHANGEABLE, changeable } from './changeable.js';
import { Config, ConfigurationMistakes } from './config.js';
import { contradictions } from './contradictions.js';
import { BadSetting, isLoopback, masterSecret } from './parsers.js';
import { SETTINGS, type SettingName, type SettingValues } from './settings.js';

type Environment = Record<string, string | undefined>;

/**
 * Reads the configuration and prepares the data directory.
 * @param purpose `look`: the data directory is left as it is, for who examines it
 * @throws ConfigurationMistakes with every mistake and its mend
 */
export function loadConfig(env: Environment, purpose: 'run' | 'look' = 'run'): Config {
  const mistakes: string[] = [];
  const values = readSettings(env, mistakes);
  const dataDir = resolve(values.GATEHOUSE_DATA_DIR!);
  if (purpose === 'run') prepareDataDir(dataDir, mistakes);
  const clientsFile = findClientsFile(values.GATEHOUSE_CLIENTS_FILE, dataDir, mistakes);
  const certificates = clientCertificates(values, mistakes);
  mistakes.push(...contradictions(values));
  const secret =
    mistakes.length === 0 ? (values.GATEHOUSE_SECRET ?? generatedSecret(dataDir, mistakes)) : undefined;
  if (mistakes.length > 0 || !secret) throw new ConfigurationMistakes(mistakes);

  const port = values.GATEHOUSE_PORT!;
  const url = values.GATEHOUSE_URL ?? new URL(`http://localhost:${port}`);
  const basePath = url.pathname.replace(/\/$/, '');
  return new Config({
    issuer: url.origin + basePath,
    origin: url.origin,
    basePath,
    isHttps: url.protocol === 'https:',
    port,
    bind: values.GATEHOUSE_BIND,
    dataDir,
    clientsFile,
    database: database(values.DATABASE_URL, dataDir),
    masterSecret: secret,
    ...changeable(values),
    logo: undefined,
    given: CHANGEABLE.filter((name) => env[name]?.trim()),
    sessionLifetime: values.GATEHOUSE_SESSION_LIFETIME!,
    smtp: values.SMTP_URL,
    mailFrom: values.GATEHOUSE_MAIL_FROM ?? `gatehouse@${url.hostname}`,
    trustedProxyHops: values.GATEHOUSE_TRUSTED_PROXY_HOPS!,
    internalBackchannel: values.GATEHOUSE_INTERNAL_BACKCHANNEL === 'on',
    internalFetch: values.GATEHOUSE_INTERNAL_FETCH === 'on',
    legacyFlows: values.GATEHOUSE_LEGACY_FLOWS === 'on',
    webMessage: values.GATEHOUSE_WEB_MESSAGE === 'on',
    clientRegistration: values.GATEHOUSE_CLIENT_REGISTRATION!,
    clientRegistrationLimit: values.GATEHOUSE_CLIENT_REGISTRATION_LIMIT!,
    clientRegistrationAllows: values.GATEHOUSE_CLIENT_REGISTRATION_ALLOWS ?? [],
    clientMetadataHosts: values.GATEHOUSE_CLIENT_METADATA_HOSTS ?? [],
    keyRotation: values.GATEHOUSE_KEY_ROTATION!,
    backupKey: values.GATEHOUSE_BACKUP_KEY,
    stopDelay: values.GATEHOUSE_STOP_DELAY!,
    clientCertificates: certificates,
    testApp:
      values.GATEHOUSE_TEST_APP === 'auto' ? isLoopback(url.hostname) : values.GATEHOUSE_TEST_APP === 'on',
    metrics: values.GATEHOUSE_METRICS_PORT
      ? { port: values.GATEHOUSE_METRICS_PORT, bind: values.GATEHOUSE_METRICS_BIND! }
      : undefined,
    tracing: tracingOf(values),
    logLevel: values.GATEHOUSE_LOG_LEVEL!,
    logFormat:
      values.GATEHOUSE_LOG_FORMAT === 'auto'
        ? process.stdout.isTTY
          ? 'pretty'
          : 'json'
        : values.GATEHOUSE_LOG_FORMAT!,
  });
}

function clientCertificates(values: SettingValues, mistakes: string[]): Config['clientCertificates'] {
  const { GATEHOUSE_CLIENT_CERTIFICATE_HEADER: header, GATEHOUSE_CLIENT_CERTIFICATE_FROM: from } = values;
  if (header && from) return { header, from, authorities: values.GATEHOUSE_CLIENT_CERTIFICATE_CA ?? [] };
  if (header)
    mistakes.push(
      'GATEHOUSE_CLIENT_CERTIFICATE_HEADER needs GATEHOUSE_CLIENT_CERTIFICATE_FROM: who may send it.',
    );
  if (from)
    mistakes.push(
      'GATEHOUSE_CLIENT_CERTIFICATE_FROM has no effect without GATEHOUSE_CLIENT_CERTIFICATE_HEADER.',
    );
  else if (!header && values.GATEHOUSE_CLIENT_CERTIFICATE_CA)
    mistakes.push('GATEHOUSE_CLIENT_CERTIFICATE_CA needs GATEHOUSE_CLIENT_CERTIFICATE_HEADER and _FROM.');
  return undefined;
}

/** Whether others on this machine can look into the data directory: to be said, since a mounted or shared one is not ours to close. */
export function isOpenToOthers({ dataDir }: Config): boolean {
  return (statSync(dataDir).mode & 0o077) !== 0;
}

/** Names in the environment that look like settings and are none: a typing error would otherwise pass in silence. */
export function unknownSettings(env: Environment): string[] {
  const known = new Set<string>(
    Object.entries(SETTINGS).flatMap(([name, { secret }]) => (secret ? [name, `${name}_FILE`] : [name])),
  );
  return Object.keys(env).filter((name) => name.startsWith('GATEHOUSE_') && !known.has(name));
}

function readSettings(env: Environment, mistakes: string[]): SettingValues {
  const values: Record<string, unknown> = {};
  for (const [name, setting] of Object.entries(SETTINGS)) {
    const written = writtenValue(env, name as SettingName, mistakes) ?? setting.initial;
    if (written === undefined) continue;
    try {
      values[name] = setting.parse(written);
    } catch (error) {
      if (!(error instanceof BadSetting)) throw error;
      // A secret is never repeated, not even a wrong one.
      mistakes.push(`${name}${setting.secret ? '' : ` is "${written}"`}: ${error.message}.`);
    }
  }
  return values as SettingValues;
}

/** An empty variable counts as absent: that is how compose files pass what is not set. */
function writtenValue(env: Environment, name: SettingName, mistakes: string[]): string | undefined {
  const direct = env[name]?.trim() || undefined;
  const file = SETTINGS[name].secret ? env[`${name}_FILE`]?.trim() : undefined;
  if (!file) return direct;
  if (direct) {
    mistakes.push(`${name} and ${name}_FILE are both set: keep one.`);
    return undefined;
  }
  try {
    const content = readFileSync(file, 'utf8').trim();
    if (!content) mistakes.push(`${name}_FILE: ${file} is empty: write the value into it.`);
    return content || undefined;
  } catch (error) {
    mistakes.push(
      `${name}_FILE: ${file} cannot be read (${(error as NodeJS.ErrnoException).code}): check the path and its rights.`,
    );
    return undefined;
  }
}

function prepareDataDir(dataDir: string, mistakes: string[]): void {
  const who = `the user that runs Gatehouse (uid ${process.getuid?.() ?? '?'})`;
  try {
    if (!existsSync(dataDir)) mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    const stat = statSync(dataDir);
    if (!stat.isDirectory()) {
      mistakes.push(`GATEHOUSE_DATA_DIR: ${dataDir} is not a directory: name another or move the file away.`);
      return;
    }
    if (stat.mode & 0o077 && stat.uid === process.getuid?.()) closeIfOurs(dataDir);
    accessSync(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const mend =
      code === 'ENOTDIR' ? 'part of it is a file: name another directory' : `let ${who} read and write it`;
    mistakes.push(`GATEHOUSE_DATA_DIR: ${dataDir} cannot be used (${code}): ${mend}.`);
  }
}

/** What makes a directory ours: nothing in it yet, or what Gatehouse and its operator put there. */
const OURS = ['secret.key', 'gatehouse.sqlite', 'clients.yaml'];

/** The directory holds the master secret. One that serves others too (/tmp, a home) is not ours to close. */
function closeIfOurs(dataDir: string): void {
  const content = readdirSync(dataDir);
  if (content.length === 0 || content.some((name) => OURS.includes(name))) chmodSync(dataDir, 0o700);
}

function findClientsFile(named: string | undefined, dataDir: string, mistakes: string[]): string | undefined {
  if (!named) {
    const usual = join(dataDir, 'clients.yaml');
    return existsSync(usual) ? usual : undefined;
  }
  const file = resolve(named);
  try {
    accessSync(file, constants.R_OK);
    if (!statSync(file).isFile())
      mistakes.push(`GATEHOUSE_CLIENTS_FILE: ${file} is not a file: name a YAML file.`);
  } catch (error) {
    mistakes.push(
      `GATEHOUSE_CLIENTS_FILE: ${file} cannot be read (${(error as NodeJS.ErrnoException).code}): check the path and its rights.`,
    );
  }
  return file;
}

function generatedSecret(dataDir: string, mistakes: string[]): Buffer | undefined {
  const file = join(dataDir, 'secret.key');
  try {
    if (!existsSync(file)) {
      // Written whole beside it first: a program killed in between, or a second one at the same moment, finds all or nothing.
      const draft = `${file}.${randomBytes(6).toString('hex')}`;
      writeFileSync(draft, `${randomBytes(48).toString('base64url')}\n`, {
        mode: 0o600,
        flag: 'wx',
        flush: true,
      });
      try {
        linkSync(draft, file);
      } finally {
        unlinkSync(draft);
      }
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
      mistakes.push(
        `GATEHOUSE_DATA_DIR: ${file} cannot be written (${(error as NodeJS.ErrnoException).code}): check the rights and the free space.`,
      );
      return undefined;
    }
  }
  try {
    return masterSecret(readFileSync(file, 'utf8').trim());
  } catch (error) {
    mistakes.push(
      `GATEHOUSE_DATA_DIR: ${file} does not hold a usable secret (${(error as Error).message}): restore it from a backup.`,
    );
    return undefined;
  }
}

function database(url: URL | undefined, dataDir: string): Config['database'] {
  if (!url) return { kind: 'sqlite', file: join(dataDir, 'gatehouse.sqlite') };
  if (url.protocol === 'sqlite:')
    return { kind: 'sqlite', file: resolve(url.href.replace(/^sqlite:(\/\/)?/, '')) };
  return { kind: 'postgresql', url: url.href };
}
