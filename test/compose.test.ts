import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { projectRoot } from '../src/config/root.js';
import { SETTINGS } from '../src/config/settings.js';

/** What the image decides, what is a path inside it, and secrets: docs/deployment.md says how to give those. */
const NOT_PASSED_ON = [
  'GATEHOUSE_PORT',
  'GATEHOUSE_BIND',
  'GATEHOUSE_DATA_DIR',
  'GATEHOUSE_CLIENTS_FILE',
  ...Object.entries(SETTINGS).flatMap(([name, { secret }]) => (secret ? [name] : [])),
];

interface Compose {
  services: { gatehouse: { environment: Record<string, string> } };
}

describe('docker-compose.yml', () => {
  const compose = parse(readFileSync(join(projectRoot, 'docker-compose.yml'), 'utf8')) as Compose;
  const { environment } = compose.services.gatehouse;

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
});
