import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { projectRoot } from '../src/config/root.js';
import { SETTINGS } from '../src/config/settings.js';

/**
 * What the image decides, what is a path inside it, and secrets: docs/deployment.md says how to give those.
 * SMTP_URL is one only where it contains a password.
 */
const NOT_PASSED_ON = [
  'GATEHOUSE_PORT',
  'GATEHOUSE_BIND',
  'GATEHOUSE_DATA_DIR',
  'GATEHOUSE_CLIENTS_FILE',
  ...Object.entries(SETTINGS).flatMap(([name, { secret }]) => (secret && name !== 'SMTP_URL' ? [name] : [])),
];

interface Service {
  image: string;
  environment: Record<string, string>;
  ports: string[];
  profiles?: string[];
}

interface Compose {
  services: { gatehouse: Service; mail: Service };
}

describe('docker-compose.yml', () => {
  const source = readFileSync(join(projectRoot, 'docker-compose.yml'), 'utf8');
  const { services } = parse(source) as Compose;
  const { environment } = services.gatehouse;

  it('passes every setting on from .env, and nothing that is no setting', () => {
    const expected = Object.keys(SETTINGS).filter((name) => !NOT_PASSED_ON.includes(name));
    expect(Object.keys(environment).sort()).toEqual(expected.sort());
  });

  it('leaves what is not set to the program, but for the public URL', () => {
    for (const [name, value] of Object.entries(environment)) {
      const fallback = name === 'GATEHOUSE_URL' ? 'http://localhost:3000' : '';
      expect(value).toBe(`\${${name}:-${fallback}}`);
    }
  });

  it('starts no mail catcher unless it is asked to, of a fixed version, and lets only this machine read the letters', () => {
    const { mail } = services;
    expect(mail.profiles).toEqual(['mail']);
    expect(mail.image).toMatch(/:v\d+\.\d+\.\d+$/);
    expect(mail.ports).toEqual(['127.0.0.1:8025:8025']);
    expect(services.gatehouse.profiles).toBeUndefined();
  });

  it('names a mail server that the program accepts', () => {
    const [, written] = /^#.*SMTP_URL=(\S+) in \.env/m.exec(source)!;
    const url = SETTINGS.SMTP_URL.parse(written!);
    expect(Object.keys(services)).toContain(url.hostname);
    expect(url.password).toBe('');
  });
});

describe('Dockerfile', () => {
  it('starts the server as npm start does', () => {
    const read = (name: string) => readFileSync(join(projectRoot, name), 'utf8');
    const { scripts } = JSON.parse(read('package.json')) as { scripts: { start: string } };
    const entry = /^ENTRYPOINT (.*)$/m.exec(read('Dockerfile'))![1]!;
    expect((JSON.parse(entry) as string[]).join(' ').replace('/app/', '')).toBe(scripts.start);
  });
});
