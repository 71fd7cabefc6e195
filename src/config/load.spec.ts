import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigurationMistakes } from './config.js';
import { isOpenToOthers, loadConfig, unknownSettings } from './load.js';

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-config-'));
let dataDir: string;
let count = 0;

beforeEach(() => {
  dataDir = join(folder, `data-${count++}`);
});
afterAll(() => rmSync(folder, { recursive: true }));

const load = (env: Record<string, string> = {}) => loadConfig({ GATEHOUSE_DATA_DIR: dataDir, ...env });

function mistakes(env: Record<string, string>): string[] {
  try {
    load(env);
  } catch (error) {
    if (error instanceof ConfigurationMistakes) return error.mistakes;
    throw error;
  }
  return [];
}

describe('configuration', () => {
  it('needs nothing: a private data directory and a secret are made', () => {
    const config = load();
    expect(config).toMatchObject({
      issuer: 'http://localhost:3000',
      basePath: '',
      port: 3000,
      isHttps: false,
      testApp: true,
      registrationOpen: true,
    });
    expect(config.database).toEqual({ kind: 'sqlite', file: join(dataDir, 'gatehouse.sqlite') });
    expect(statSync(dataDir).mode & 0o777).toBe(0o700);
    expect(statSync(join(dataDir, 'secret.key')).mode & 0o777).toBe(0o600);
    expect(load().masterSecret.equals(config.masterSecret)).toBe(true);
  });

  it('closes a data directory that was open to others', () => {
    mkdirSync(dataDir);
    chmodSync(dataDir, 0o755);
    load();
    expect(statSync(dataDir).mode & 0o777).toBe(0o700);
  });

  it('closes one that the operator made for the clients file, and leaves a place of others alone', () => {
    mkdirSync(dataDir, { mode: 0o755 });
    writeFileSync(join(dataDir, 'clients.yaml'), 'clients: []');
    expect(isOpenToOthers(load())).toBe(false);

    const shared = `${dataDir}-shared`;
    mkdirSync(shared);
    chmodSync(shared, 0o1777);
    writeFileSync(join(shared, 'of-somebody-else'), '');
    expect(isOpenToOthers(load({ GATEHOUSE_DATA_DIR: shared }))).toBe(true);
    expect(statSync(shared).mode & 0o1777).toBe(0o1777);
  });

  it('takes the port into the default URL, and honours a path', () => {
    expect(load({ GATEHOUSE_PORT: '4000' }).issuer).toBe('http://localhost:4000');
    const config = load({ GATEHOUSE_URL: 'https://example.org/id/' });
    expect(config).toMatchObject({
      issuer: 'https://example.org/id',
      basePath: '/id',
      origin: 'https://example.org',
      isHttps: true,
      testApp: false,
    });
    expect(config.url('/dashboard')).toBe('https://example.org/id/dashboard');
  });

  it('reads what registered applications may have, and knows no other word for it', () => {
    const name = 'GATEHOUSE_CLIENT_REGISTRATION_ALLOWS';
    expect(load().clientRegistrationAllows).toEqual([]);
    expect(load({ [name]: 'no-pkce no-pkce' }).clientRegistrationAllows).toEqual(['no-pkce']);
    for (const wrong of ['on', 'no-pkce everything', 'NO-PKCE'])
      expect(mistakes({ [name]: wrong })).toEqual([
        expect.stringContaining('write some of: no-pkce, legacy-flows'),
      ]);
    const legacy = { [name]: 'no-pkce, legacy-flows' };
    expect(mistakes(legacy)).toEqual([expect.stringContaining('needs GATEHOUSE_LEGACY_FLOWS=on')]);
    expect(load({ ...legacy, GATEHOUSE_LEGACY_FLOWS: 'on' }).clientRegistrationAllows).toEqual([
      'no-pkce',
      'legacy-flows',
    ]);
  });

  it('counts an empty variable as absent', () => {
    expect(load({ GATEHOUSE_URL: '', DATABASE_URL: ' ', GATEHOUSE_CLIENTS_FILE: '' }).issuer).toBe(
      'http://localhost:3000',
    );
  });

  it('reads secrets from files', () => {
    const file = join(folder, 'url');
    writeFileSync(file, 'postgresql://u:p@db/gatehouse\n');
    expect(load({ DATABASE_URL_FILE: file }).database).toEqual({
      kind: 'postgresql',
      url: 'postgresql://u:p@db/gatehouse',
    });
  });

  it('reports every mistake at once, each with its mend', () => {
    const found = mistakes({
      GATEHOUSE_URL: 'http://id.example.org',
      GATEHOUSE_PORT: '99999',
      GATEHOUSE_REGISTRATION: 'yes',
      GATEHOUSE_SESSION_IDLE: '1 hour',
      GATEHOUSE_CLIENTS_FILE: '/nowhere/clients.yaml',
      DATABASE_URL: 'mysql://db',
      GATEHOUSE_SECRET: 'short',
      GATEHOUSE_SECRET_FILE: '/nowhere/secret',
    });
    expect(found).toHaveLength(7);
    const text = found.join('\n');
    for (const part of [
      'use https:',
      'from 1 to 65535',
      'one of: on, off',
      'for example 10m',
      '/nowhere/clients.yaml cannot be read (ENOENT)',
      'postgresql://',
      'both set: keep one',
    ]) {
      expect(text).toContain(part);
    }
    expect(existsSync(join(dataDir, 'secret.key'))).toBe(false);
  });

  it('wants another port for the metrics, and serves none unless it is asked to', () => {
    expect(mistakes({ GATEHOUSE_PORT: '4000', GATEHOUSE_METRICS_PORT: '4000' }).join()).toContain(
      'GATEHOUSE_METRICS_PORT is the same as GATEHOUSE_PORT: choose another one',
    );
    expect(load({}).metrics).toBeUndefined();
    expect(load({ GATEHOUSE_METRICS_PORT: '9464' }).metrics).toEqual({ port: 9464, bind: '127.0.0.1' });
  });

  it('never repeats a secret in a message', () => {
    expect(
      mistakes({ DATABASE_URL: 'mysql://admin:hunter2@db', GATEHOUSE_SECRET: 'hunter2' }).join(),
    ).not.toContain('hunter2');
  });

  it.each([
    ['ftp://example.org', 'use https:'],
    ['example.org', 'absolute URL'],
    ['https://example.org/?a=1', 'leave out'],
    ['https://u:p@example.org', 'leave out'],
    ['https://example.org/a b', 'use only letters'],
  ])('refuses the public URL %s', (url, mend) => {
    expect(mistakes({ GATEHOUSE_URL: url }).join()).toContain(mend);
  });

  it('says what is wrong with a data directory that cannot be used', () => {
    writeFileSync(dataDir, 'a file');
    expect(mistakes({}).join()).toContain('is not a directory');
    expect(mistakes({ GATEHOUSE_DATA_DIR: join(dataDir, 'below') }).join()).toMatch(
      /cannot be used \(ENOTDIR\)/,
    );
  });

  it('does not start on a damaged secret, and does not replace it', () => {
    load();
    const file = join(dataDir, 'secret.key');
    writeFileSync(file, 'x');
    expect(mistakes({}).join()).toContain('restore it from a backup');
    expect(readFileSync(file, 'utf8')).toBe('x');
  });

  it('refuses an idle time longer than the session', () => {
    expect(mistakes({ GATEHOUSE_SESSION_IDLE: '2d' }).join()).toContain('shorten it');
  });

  it('notices names that are no settings', () => {
    expect(
      unknownSettings({
        GATEHOUSE_ULR: 'x',
        GATEHOUSE_SECRET_FILE: 'x',
        GATEHOUSE_PORT_FILE: 'x',
        PATH: 'x',
      }),
    ).toEqual(['GATEHOUSE_ULR', 'GATEHOUSE_PORT_FILE']);
  });
});
