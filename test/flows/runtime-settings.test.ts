import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import supertest from 'supertest';
import { EntityManager } from '@mikro-orm/core';
import { SettingCommands } from '../../src/admin/commands/setting-commands.js';
import { AuditEvent } from '../../src/audit/audit-event.entity.js';
import { Config } from '../../src/config/config.js';
import { Sql } from '../../src/database/sql.js';
import { RuntimeSettings } from '../../src/settings/runtime-settings.service.js';
import { Browser } from '../support/browser.js';
import { Instances } from '../support/instances.js';
import { operatorOn } from '../support/open-forms.operators.js';

const EVERYTHING = ['GATEHOUSE_NAME', 'GATEHOUSE_REGISTRATION', 'GATEHOUSE_PASSWORD_MIN_LENGTH'];

describe('settings that change while servers run', () => {
  let instances: Instances;
  beforeAll(async () => {
    instances = await Instances.start(2, { env: { GATEHOUSE_REMEMBER_DEVICE: '7d' } });
  });
  afterAll(() => instances.stop());

  const server = () => instances.first;
  const shell = (...[command, ...args]: [Parameters<SettingCommands['run']>[0], ...string[]]) =>
    server().app.get(SettingCommands).run(command, args);
  const events = () =>
    server()
      .app.get(EntityManager)
      .fork()
      .find(AuditEvent, { name: 'setting.changed' }, { orderBy: { id: 'asc' } });
  const mayRegister = async (address: string) =>
    (await supertest(address).get('/')).text.includes('href="/register"');

  it('hold at once here, in seconds on another instance, and after a restart', async () => {
    const { browser, person } = await operatorOn(server(), '/admin/settings');
    await browser.click('change-GATEHOUSE_REGISTRATION');
    await browser.press('submit', { value: 'off' });
    expect(browser.page.text).toContain('The setting is changed');
    expect(await mayRegister(server().url)).toBe(false);
    await instances.others[0]!.app.get(RuntimeSettings).refresh();
    expect(await mayRegister(instances.others[0]!.address)).toBe(false);
    await server().restart();
    expect(await mayRegister(server().url)).toBe(false);

    const [event] = (await events()).slice(-1);
    const by = (await browser.open('/dashboard')).text.includes(person.username) && event!.detail!['by'];
    expect(event!.detail).toEqual({ by, setting: 'GATEHOUSE_REGISTRATION', before: null, after: 'off' });
    expect(await shell('setting-unset', 'GATEHOUSE_REGISTRATION')).toMatchObject({ done: true });
    expect(await mayRegister(server().url)).toBe(true);
    expect((await events()).at(-1)!.detail).toEqual({
      by: 'shell',
      setting: 'GATEHOUSE_REGISTRATION',
      before: 'off',
      after: null,
    });
  });

  it('are followed by another instance without being told', async () => {
    await shell('setting-set', 'GATEHOUSE_NAME', 'House of Keys');
    const seen = async () =>
      (await (await fetch(`${instances.others[0]!.address}/`)).text()).includes('House of Keys');
    for (let tries = 0; tries < 80 && !(await seen()); tries++)
      await new Promise((done) => setTimeout(done, 100));
    expect(await seen()).toBe(true);
    await shell('setting-unset', 'GATEHOUSE_NAME');
  }, 20_000);

  it('are refused where they cannot be, with what was typed still there', async () => {
    const { browser } = await operatorOn(server(), '/admin/settings/GATEHOUSE_PASSWORD_MIN_LENGTH');
    for (const value of ['7', '65', 'twelve', '1'.repeat(300), '12\n13']) {
      await browser.press('submit', { value });
      expect([value, browser.page.status]).toEqual([value, 422]);
      expect(browser.page.text).toContain('This cannot be');
    }
    expect(await shell('setting-set', 'GATEHOUSE_RECOVERY_DELAY', '72h')).toMatchObject({
      done: false,
      message: expect.stringContaining('SMTP_URL') as unknown,
    });
    expect(await shell('setting-set', 'GATEHOUSE_SESSION_IDLE', '48h')).toMatchObject({ done: false });
    for (const name of ['GATEHOUSE_SECRET', 'GATEHOUSE_URL', 'logo', '__proto__', 'constructor'])
      expect(await shell('setting-set', name, 'x')).toMatchObject({ done: false });
    await browser.open('/admin/settings/GATEHOUSE_TRUSTED_PROXY_HOPS');
    expect(browser.page.status).toBe(404);
  });

  it('do not outweigh the environment', async () => {
    expect(await shell('setting-set', 'GATEHOUSE_REMEMBER_DEVICE', '30d')).toMatchObject({
      done: false,
      message: expect.stringContaining('environment') as unknown,
    });
    const { browser } = await operatorOn(server(), '/admin/settings');
    expect(browser.page.html.getElementById('change-GATEHOUSE_REMEMBER_DEVICE')).toBeNull();
    await browser.open('/admin/settings/GATEHOUSE_REMEMBER_DEVICE');
    expect(browser.page.text).toContain('is set in the environment');
    // A row that somebody put there all the same, or another version did.
    const sql = server().app.get(Sql);
    for (const [name, value] of [
      ['GATEHOUSE_REMEMBER_DEVICE', '30d'],
      ['GATEHOUSE_PASSWORD_MIN_LENGTH', '1'],
      ['GATEHOUSE_NO_SUCH_SETTING', 'x'],
      ['masterSecret', 'x'],
      ['logo', 'javascript:alert(1)'],
    ] as const)
      await sql.run(
        'INSERT INTO runtime_setting (name, value, updated_at, updated_by) VALUES (?, ?, 0, ?)',
        name,
        value,
        'x',
      );
    await server().restart();
    const config = server().app.get(Config);
    expect(config).toMatchObject({ rememberDevice: 7 * 86_400_000, passwordMinLength: 12, logo: undefined });
    expect(config).not.toHaveProperty('GATEHOUSE_NO_SUCH_SETTING');
    expect(config.masterSecret).toBeInstanceOf(Buffer);
    await server().app.get(Sql).run("DELETE FROM runtime_setting WHERE updated_by = 'x'");
    await server().app.get(RuntimeSettings).refresh();
  });

  it('are shown as they hold: what was stored and cannot hold any more is nobody’s choice', async () => {
    // Without a mail server, which there may have been when it was chosen.
    await server()
      .app.get(Sql)
      .run(
        `INSERT INTO runtime_setting (name, value, updated_at, updated_by)
         VALUES ('GATEHOUSE_EMAIL_VERIFICATION', 'required', 0, 'shell')`,
      );
    const settings = server().app.get(RuntimeSettings);
    await settings.refresh();
    expect(server().app.get(Config).emailVerificationRequired).toBe(false);
    expect(settings.one('GATEHOUSE_EMAIL_VERIFICATION')).toMatchObject({
      value: 'optional',
      from: 'default',
    });
    await shell('setting-unset', 'GATEHOUSE_EMAIL_VERIFICATION');
  });

  it('are listed for scripts', async () => {
    const { message } = await shell('settings');
    const listed = JSON.parse(message) as { name: string; value: string; from: string }[];
    expect(listed.map(({ name }) => name)).toEqual(expect.arrayContaining(EVERYTHING));
    expect(listed.find(({ name }) => name === 'GATEHOUSE_REMEMBER_DEVICE')).toMatchObject({
      from: 'environment',
    });
  });

  it('change what is asked of everyone', async () => {
    const browser = new Browser(server());
    await shell('setting-set', 'GATEHOUSE_PASSWORD_MIN_LENGTH', '20');
    await browser.open('/register');
    await browser.press('submit', {
      username: 'short.one',
      email: 'short.one@example.org',
      password: 'copper kites over',
    });
    expect(browser.page.text).toContain('20');
    expect(browser.page.status).toBe(422);
    await shell('setting-unset', 'GATEHOUSE_PASSWORD_MIN_LENGTH');
  });
});
