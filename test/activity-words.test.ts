import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../src/config/root.js';

describe('the words for what happened in an account', () => {
  const source = readFileSync(join(projectRoot, 'src/audit/audit.service.ts'), 'utf8');
  const [, list] = /export type AuditName =([^;]*);/.exec(source)!;
  const names = [...list!.matchAll(/'([a-z.-]+)'/g)].map(([, name]) => name!);
  const english = JSON.parse(readFileSync(join(projectRoot, 'views/messages/en.json'), 'utf8')) as object;

  it.each(names)('%s has its own', (name) => {
    expect(english).toHaveProperty([`activity.${name}`]);
  });

  it('are for reasons that are written down', () => {
    const written = readFileSync(join(projectRoot, 'src/dashboard/sessions.controller.ts'), 'utf8').concat(
      readFileSync(join(projectRoot, 'src/dashboard/sign-out.controller.ts'), 'utf8'),
    );
    const reasons = Object.keys(english).flatMap((key) => key.split('.because.')[1] ?? []);
    expect(reasons.length).toBeGreaterThan(2);
    expect(reasons.filter((reason) => !written.includes(`'${reason}'`))).toEqual([]);
  });

  it('are for events that exist', () => {
    expect(names.length).toBeGreaterThan(15);
    const words = Object.keys(english)
      .filter((key) => /^activity\.(?!result\.|factor\.)/.test(key))
      .map((key) => key.replace(/^activity\.|\.(success|failure|throttled|because\.[a-z-]+)$/g, ''));
    expect(words.filter((name) => !names.includes(name))).toEqual([]);
  });
});
