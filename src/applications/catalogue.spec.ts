import { describe, expect, it } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { readClientsFile } from '../clients/clients-file.js';
import type { Setting } from './application.js';
import { APPLICATIONS } from './catalogue.js';
import { differences } from './differences.js';
import { exampleClient, SECRET_PLACEHOLDER, valuesFor } from './values.js';

const ISSUER = 'https://id.test:8443/sign-in';
const textOf = (setting: Setting) =>
  'fields' in setting ? Object.values(setting.fields).join('\n') : setting.lines.join('\n');

describe('the settings to paste', () => {
  it('are there for many applications, each with a name of its own', () => {
    const ids = APPLICATIONS.map(({ id }) => id);
    expect(ids.length).toBeGreaterThanOrEqual(24);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
  });

  it('come with entries that the clients file takes', () => {
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-applications-'));
    try {
      mkdirSync(join(folder, 'secrets'));
      for (const { id } of APPLICATIONS)
        writeFileSync(join(folder, `secrets/${id}.txt`), 'thirty-two-random-characters-or-so');
      const file = join(folder, 'clients.yaml');
      writeFileSync(file, stringify({ clients: APPLICATIONS.map(exampleClient) }));
      expect(readClientsFile(file).clients).toHaveLength(APPLICATIONS.length);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it.each(APPLICATIONS.map((application) => [application.id, application] as const))(
    'of %s have its own values in them, and no secret',
    (_id, application) => {
      const metadata = { ...exampleClient(application), client_id: 'its-own-id' };
      const values = valuesFor(ISSUER, 'its-own-id', application, metadata);
      const settings = application.settings(values);
      const all = [...settings, ...(application.groupSettings?.(values) ?? [])].map(textOf).join('\n');

      expect(all).toContain('its-own-id');
      expect(all).toContain(ISSUER);
      expect(all).not.toMatch(/undefined|\[object|\{app\}|id\.example\.org/);
      if (application.client.isPublic) expect(all).not.toContain(SECRET_PLACEHOLDER);
      for (const setting of settings) expect(setting.where).not.toBe('');
      for (const block of [...settings, ...(application.groupSettings?.(values) ?? [])])
        if ('language' in block && block.language === 'yaml')
          expect(() => parse(block.lines.join('\n'), { logLevel: 'error' }) as unknown).not.toThrow();
      expect(application.pitfalls.length).toBeGreaterThanOrEqual(3);
      expect(differences(application, values.app, metadata)).toEqual([]);
    },
  );
});

describe('what a client lacks for an application', () => {
  const grafana = APPLICATIONS.find(({ id }) => id === 'grafana')!;
  const gitea = APPLICATIONS.find(({ id }) => id === 'gitea')!;
  const kubernetes = APPLICATIONS.find(({ id }) => id === 'kubernetes')!;

  it('is named with the address that it has', () => {
    const metadata = {
      redirect_uris: ['https://example.org/graphs/login/generic_oauth'],
      scope: 'openid profile email offline_access',
    };
    const { app, scope } = valuesFor(ISSUER, 'graphs', grafana, metadata);
    expect(app).toBe('https://example.org/graphs');
    expect(scope).toBe('openid profile email');
    expect(differences(grafana, app, metadata)).toEqual([
      'post_logout_redirect_uris: add https://example.org/graphs/login',
      'scope: add groups',
    ]);
  });

  it('is a redirect URI, where it has those of another application', () => {
    const metadata = {
      redirect_uris: ['https://git.example.org/callback'],
      scope: 'openid profile email groups',
    };
    const { app } = valuesFor(ISSUER, 'git', gitea, metadata);
    expect(differences(gitea, app, metadata)).toEqual([
      'redirect_uris: add https://git.example.org/user/oauth2/gatehouse/callback',
      'post_logout_redirect_uris: add https://git.example.org/',
      'require_pkce: write false: Gitea sends no PKCE',
    ]);
  });

  it('is PKCE where it need not do without, and no secret where it cannot keep one', () => {
    const metadata = {
      redirect_uris: ['http://localhost:8000', 'http://localhost:18000'],
      scope: 'openid profile email groups offline_access',
      token_endpoint_auth_method: 'client_secret_basic',
      require_pkce: false,
    };
    expect(differences(kubernetes, '', metadata)).toEqual([
      'token_endpoint_auth_method: write none, and take the secret out: Kubernetes cannot keep one',
      'require_pkce: take false out: Kubernetes sends PKCE',
    ]);
  });
});
