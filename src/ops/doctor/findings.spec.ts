import { describe, expect, it } from '@jest/globals';
import { latencyFinding, schemaFinding, versionFinding } from './database.findings.js';
import { asJson, asText, error, EXIT, fine, warning, without, worst } from './findings.js';

const all = [
  fine('dns', 'it is there'),
  warning('hops', 'hops-too-few', 'too few', 'set more'),
  error('mail', 'mail-login', 'refuses hunter2', 'correct hunter2'),
];

describe('what the doctor says', () => {
  it('has an exit code for scripts: that of the worst finding', () => {
    expect([all, all.slice(0, 2), all.slice(0, 1), []].map((each) => EXIT[worst(each)])).toEqual([
      2, 1, 0, 0,
    ]);
  });

  it('names the mend of each trouble, for eyes and for scripts', () => {
    expect(asText(all)).toContain('mend: set more');
    expect(asText(all)).toContain('errors: 1, warnings: 1');
    expect(JSON.parse(asJson(all))).toMatchObject({
      verdict: 'error',
      exitCode: 2,
      findings: [{ level: 'fine' }, { cause: 'hops-too-few', mend: 'set more' }, { cause: 'mail-login' }],
    });
  });

  it('hides secrets, whoever repeated them', () => {
    expect(asText(without(['hunter2'], all))).not.toContain('hunter2');
    expect(asText(without(['hunter2'], all))).toContain('refuses ***');
  });
});

describe('the database', () => {
  it.each([
    ['9.6.24', 'error'],
    ['13.22 (Debian 13.22-1)', 'error'],
    ['14.0', 'fine'],
    ['15.13 (Debian 15.13-0+deb12u1)', 'fine'],
    ['18beta1', 'fine'],
    ['', 'error'],
  ])('PostgreSQL %s: %s', (version, level) => {
    const finding = versionFinding('postgresql', version);
    expect(finding.level).toBe(level);
    if (finding.level !== 'fine') expect(finding.cause).toBe('database-too-old');
  });

  it('is slow beyond 50 ms', () => {
    expect([0.2, 50, 51].map((each) => latencyFinding(each).level)).toEqual(['fine', 'fine', 'warning']);
  });

  it('is no trouble while it is empty', () => {
    expect(schemaFinding({ pending: ['0001'], unknown: [], isEmpty: true }).level).toBe('fine');
    expect(schemaFinding({ pending: ['0001'], unknown: [], isEmpty: false }).level).toBe('warning');
    expect(schemaFinding({ pending: [], unknown: ['0002'], isEmpty: false }).level).toBe('error');
  });
});
