import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../src/config/root.js';
import { Sql } from '../../src/database/sql.js';
import { recordCounts } from '../../src/ops/record-counts.js';
import { Application } from '../support/application.js';
import { Browser } from '../support/browser.js';
import { database } from '../support/database.js';
import { addEnrolled, somebody } from '../support/enrolled.js';
import type { Person } from '../support/people.js';
import { freePort, TestServer } from '../support/server.js';

const DASHBOARD = join(projectRoot, 'docs/grafana/gatehouse.json');

describe('metrics', () => {
  let server: TestServer;
  let port: number;
  const person: Person = somebody();

  const text = async () => (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  /** The sum of the series that have all of these labels. */
  const value = async (name: string, labels: Record<string, string> = {}) => {
    const lines = (await text())
      .split('\n')
      .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
    const wanted = lines.filter((line) =>
      Object.entries(labels).every(([label, text]) => line.includes(`${label}="${text}"`)),
    );
    return wanted.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
  };

  beforeAll(async () => {
    port = await freePort();
    server = await TestServer.start({
      path: '/id',
      env: { GATEHOUSE_METRICS_PORT: String(port), GATEHOUSE_TEST_APP: 'off' },
    });
    await addEnrolled(server, person);
  });
  afterAll(() => server.stop());

  it('counts what came of each factor, sign-ins by what was used, and how long each route takes', async () => {
    const browser = new Browser(server);
    const notes = new Application(server, 'notes');
    await browser.open(notes.authorizationUrl());
    await browser.press('submit', { username: person.username, password: 'of somebody else' });
    await browser.enterPassword(person);
    await browser.enterTotp(person);
    const { access_token: token } = await notes.redeem(notes.codeFrom(browser));
    const userinfo = await fetch(`${server.url}/oidc/userinfo`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(userinfo.status).toBe(200);
    for (let twice = 0; twice < 2; twice++) await (await fetch(`${server.url}/oidc/jwks`)).text();
    await (await fetch(`${server.url}/${person.username}/${token}?code=${token}`)).text();

    const checks = (factor: string, outcome: string) =>
      value('gatehouse_factor_checks_total', { factor, outcome });
    expect(await checks('password', 'failure')).toBe(1);
    expect(await checks('password', 'success')).toBe(1);
    expect(await checks('totp', 'success')).toBe(1);
    expect(await value('gatehouse_sign_ins_total', { methods: 'pwd+otp+mfa' })).toBe(1);
    expect(await value('gatehouse_events_total', { event: 'sign-in.completed', result: 'success' })).toBe(1);
    const requests = (method: string, route: string, status: string) =>
      value('gatehouse_http_request_duration_seconds_count', { method, route, status });
    expect(await requests('POST', '/oidc/token', '2xx')).toBe(1);
    expect(await requests('GET', '/oidc/userinfo', '2xx')).toBe(1);
    expect(await requests('GET', '/oidc/jwks', '2xx')).toBe(2);
    expect(await requests('GET', '/oidc/auth', '3xx')).toBe(1);
    expect(await requests('GET', '/oidc/auth/:id', '3xx')).toBe(1);
    expect(await requests('POST', '/interaction/:uid/totp', '3xx')).toBe(1);
    expect(await requests('GET', 'other', '4xx')).toBe(1);
  });

  it('has nothing of a person, a client or a secret in it, and few values of each label', async () => {
    const all = await text();
    for (const secret of [person.username, person.email, 'notes', 'callback', 'eyJ', '127.0.0.1'])
      expect(all).not.toContain(secret);
    const labels = new Set(
      [...all.matchAll(/^gatehouse_.*\{.*?\broute="([^"]*)"/gm)].map(([, route]) => route!),
    );
    for (const route of labels)
      expect(route).toMatch(/^(other|\/[a-z-]*(\/(:?[a-z-]+))*|\/\.well-known\/[a-z-]+)$/);
  });

  it('counts refusals of throttled checks', async () => {
    const victim = somebody();
    await server.addPerson(victim);
    const browser = new Browser(server);
    await browser.open('/dashboard');
    for (let tries = 0; tries < 30 && browser.page.status !== 429; tries++)
      await browser.press('submit', { username: victim.username, password: 'not this one' });
    expect(browser.page.status).toBe(429);
    expect(await value('gatehouse_throttled_total', { factor: 'password' })).toBe(1);
    expect(await value('gatehouse_factor_checks_total', { factor: 'password', outcome: 'throttled' })).toBe(
      1,
    );
  });

  it('says what waits in each queue, and since when', async () => {
    const now = server.clock.now().getTime();
    await server.app.get(Sql).run(
      `INSERT INTO ping_notice (id, account_id, client_id, sealed_facts, tries, due_at, created_at, expires_at)
         VALUES ('a-ping', 'somebody', 'notes', '', 0, ?, ?, ?)`,
      now + 60_000,
      now,
      now + 120_000,
    );
    expect(await value('gatehouse_queue_waiting', { queue: 'pings' })).toBe(1);
    expect(await value('gatehouse_queue_overdue_seconds', { queue: 'pings' })).toBe(0);
    expect(await value('gatehouse_queue_waiting', { queue: 'mail' })).toBe(0);
    expect(await text()).toContain('gatehouse_queue_waiting{queue="logout-notices"} 0');
    await server.app.get(Sql).run("DELETE FROM ping_notice WHERE id = 'a-ping'");
  });

  it('counts rows exactly while they are few, and estimates at a bounded price when they are many', async () => {
    expect(await value('gatehouse_records', { table: 'account' })).toBeGreaterThanOrEqual(1);
    const sql = server.app.get(Sql);
    const numbers =
      database === 'postgresql'
        ? 'SELECT n FROM generate_series(1, 24000) AS numbers (n)'
        : 'WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 24000) SELECT n FROM numbers';
    await sql.run(
      `INSERT INTO throttle (bucket, subject, of_account, checks, consecutive, last_at)
       SELECT 'bucket' || n, 'subject', 0, 1, 1, 1 FROM (${numbers}) AS numbers`,
    );
    // Every other one of the younger half is gone again: the row numbers have gaps.
    await sql.run(
      "DELETE FROM throttle WHERE CAST(SUBSTR(bucket, 7) AS integer) % 2 = 0 AND bucket >= 'bucket12' AND subject = 'subject'",
    );
    if (database === 'postgresql') await sql.run('ANALYZE throttle');
    const [row] = await sql.rows<{ n: number | string }>('SELECT COUNT(*) AS n FROM throttle');
    const estimate = (await recordCounts(sql, database === 'sqlite')).get('throttle')!;
    expect(estimate / Number(row!.n)).toBeGreaterThan(0.93);
    expect(estimate / Number(row!.n)).toBeLessThan(1.07);
    await sql.run("DELETE FROM throttle WHERE subject = 'subject'");
  });

  it('answers on its own port, on loopback, and there nothing but the metrics', async () => {
    expect((await fetch(`${server.url}/metrics`)).status).toBe(404);
    for (const path of ['/', '/health/live', '/metrics/', '/metrics?a'])
      expect((await fetch(`http://127.0.0.1:${port}${path}`)).status).toBe(404);
    expect((await fetch(`http://127.0.0.1:${port}/metrics`, { method: 'POST' })).status).toBe(404);
  });

  it('has every metric that the dashboard shows, and the dashboard every metric of ours', async () => {
    const dashboard = readFileSync(DASHBOARD, 'utf8');
    const { panels } = JSON.parse(dashboard) as { panels: { targets?: { expr: string }[] }[] };
    const expressions = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
    const named = new Set(
      expressions.flatMap((expr) => expr.match(/\b(?:gatehouse|process|nodejs)_[a-z0-9_]+/g) ?? []),
    );
    const served = new Set([...(await text()).matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name!));
    const family = (name: string) => (served.has(name) ? name : name.replace(/_(bucket|count|sum)$/, ''));
    expect([...named].filter((name) => !served.has(family(name)))).toEqual([]);
    const shown = new Set([...named].map(family));
    expect([...served].filter((name) => name.startsWith('gatehouse_') && !shown.has(name))).toEqual([]);
  });

  it('is off by default', async () => {
    const other = await TestServer.start();
    try {
      expect(
        (other.app.getHttpServer() as { listenerCount(name: string): number }).listenerCount('request'),
      ).toBe(1);
    } finally {
      await other.stop();
    }
  });
});
