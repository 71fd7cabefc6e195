import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EntityManager } from '@mikro-orm/core';
import sharp from 'sharp';
import { AuditEvent } from '../../src/audit/audit-event.entity.js';
import { Application } from '../support/application.js';
import { Browser } from '../support/browser.js';
import { somebody } from '../support/enrolled.js';
import type { Person } from '../support/people.js';
import { TestServer } from '../support/server.js';
import { pictureOf, sendPicture } from '../support/upload.js';

describe('my profile', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start();
  });
  afterAll(() => server.stop());

  async function signedIn(
    person: Person = somebody(),
  ): Promise<{ browser: Browser; person: Person; id: string }> {
    const { id } = await server.addPerson(person);
    const browser = new Browser(server);
    await browser.signIn(person);
    await browser.open('/dashboard/profile');
    return { browser, person, id };
  }

  const picture = (red: number) =>
    sharp({ create: { width: 400, height: 300, channels: 3, background: { r: red, g: 0, b: 0 } } })
      .png()
      .toBuffer();

  const audited = (accountId: string, name: string) =>
    server.app.get(EntityManager).fork().find(AuditEvent, { accountId, name });

  it('says how I am called, to me and to applications that may see my name', async () => {
    const { browser, person, id } = await signedIn();
    await browser.press('submit', {
      username: 'Ada.Lovelace',
      displayName: '  Ada Lovelace ',
      timeZone: 'Europe/London',
    });
    expect(browser.page.path).toBe('/dashboard/profile?done=profile-changed');
    expect(browser.page.text).toContain('Your profile is saved');
    expect(browser.page.html.querySelector('option[selected]')!.text).toBe('Europe/London');
    expect(await audited(id, 'profile.changed')).toMatchObject([
      { detail: { usernameBefore: person.username } },
    ]);
    await sendPicture(browser, await picture(200));
    const src = await pictureOf(browser);

    const application = new Application(server, 'notes');
    await browser.open(application.authorizationUrl());
    const tokens = await application.redeem(application.codeFrom(browser));
    const expected = {
      sub: id,
      name: 'Ada Lovelace',
      preferred_username: 'Ada.Lovelace',
      zoneinfo: 'Europe/London',
      picture: `${server.url}${src}`,
    };
    expect(tokens.claims).toMatchObject(expected);
    expect((await application.userinfo(tokens.access_token!)).body).toMatchObject(expected);

    // The old name is free, and the new one signs in.
    const other = new Browser(server);
    await other.signIn({ ...person, username: 'ada.lovelace' });
    expect(other.page.path).toBe('/dashboard');
  });

  it('lets nobody take a user name that is taken, in whatever spelling', async () => {
    const { person: first } = await signedIn({ ...somebody(), username: 'Grace' });
    const { browser, person } = await signedIn();
    for (const username of [first.username, 'grace', 'ＧＲＡＣＥ']) {
      await browser.press('submit', { username, displayName: 'Somebody', timeZone: '' });
      expect(browser.page.status).toBe(422);
      expect(browser.page.text).toContain('belongs to somebody else');
      expect(browser.form('submit').fields['displayName']).toBe('Somebody');
    }
    await browser.open('/dashboard/profile');
    expect(browser.form('submit').fields['username']).toBe(person.username);
    // One's own, written differently, is free.
    await browser.press('submit', { username: person.username.toUpperCase(), timeZone: '' });
    expect(browser.page.status).toBe(200);
  });

  it('of two people who take one name at once, one gets it', async () => {
    const people = await Promise.all([signedIn(), signedIn(), signedIn()]);
    const username = 'the-same-name';
    const pages = await Promise.all(
      people.map(({ browser }) => browser.press('submit', { username, timeZone: '' })),
    );
    expect(pages.map(({ status }) => status).sort()).toEqual([200, 422, 422]);
  });

  it.each([
    ['username', 'a'],
    ['username', 'ada@example.org'],
    ['username', 'ada\u202eecarg'],
    ['displayName', 'x'.repeat(101)],
    ['displayName', 'Ada\u202eevil'],
    ['displayName', 'Ada\u2066evil'],
    ['displayName', 'Ada\u0007'],
    ['displayName', 'Ada\nAdmin'],
    ['timeZone', 'Europe/Atlantis'],
    ['timeZone', '+01:00'],
    ['timeZone', 'europe/london"><script>'],
    ['isAdmin', 'yes'],
  ])('refuses %s %j, and says so at the field', async (field, value) => {
    const { browser, person } = await signedIn();
    await browser.press('submit', { timeZone: '', [field]: value });
    expect(browser.page.status).toBe(422);
    expect(browser.page.html.querySelectorAll('.field-error, .alert')).toHaveLength(1);
    await browser.open('/dashboard/profile');
    expect(browser.form('submit').fields).toMatchObject({ username: person.username, displayName: '' });
  });

  it('tells times on the clock I chose, with its name; else in UTC, and says so', async () => {
    const { browser } = await signedIn();
    const time = async () => (await browser.open('/dashboard')).html.querySelector('time')!;
    expect((await time()).text).toMatch(/ UTC$/);
    expect((await time()).getAttribute('data-zone')).toBeUndefined();

    await browser.open('/dashboard/profile');
    await browser.press('submit', { timeZone: 'Asia/Tokyo' });
    const shown = await time();
    expect(shown.text).toMatch(/ GMT\+9$/);
    const hours = (zone: string) =>
      new Intl.DateTimeFormat('en', { timeStyle: 'short', timeZone: zone }).format(
        new Date(shown.getAttribute('datetime')!),
      );
    expect(shown.text).toContain(hours('Asia/Tokyo'));
    expect(shown.getAttribute('data-zone')).toBe('Asia/Tokyo');
  });

  it('shows my picture to everyone who was told its address, new with each picture, until I remove it', async () => {
    const { browser, id } = await signedIn();
    expect(await pictureOf(browser)).toBeUndefined();
    expect((await sendPicture(browser, await picture(250))).location).toBe(
      '/dashboard/profile?done=picture-changed',
    );
    const first = (await pictureOf(browser))!;
    expect(first).toMatch(/^\/avatar\/[\w-]{22}$/);
    const answer = await fetch(server.url + first);
    expect(answer.status).toBe(200);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'image/webp',
      'x-content-type-options': 'nosniff',
      'cache-control': 'public, max-age=31536000, immutable',
      'content-security-policy': "default-src 'none'; sandbox",
      'cross-origin-resource-policy': 'cross-origin',
    });
    expect(answer.headers.get('set-cookie')).toBeNull();
    const drawn = await sharp(Buffer.from(await answer.arrayBuffer())).metadata();
    expect(drawn).toMatchObject({ format: 'webp', width: 256, height: 256 });

    await sendPicture(browser, await picture(20));
    const second = (await pictureOf(browser))!;
    expect(second).not.toBe(first);
    expect((await fetch(server.url + first)).status).toBe(404);

    await browser.press('remove-picture');
    expect(browser.page.path).toBe('/dashboard/profile?done=picture-removed');
    expect((await fetch(server.url + second)).status).toBe(404);
    expect(await audited(id, 'avatar.changed')).toHaveLength(2);
    expect(await audited(id, 'avatar.removed')).toHaveLength(1);
  });

  it.each(['', 'x', 'x'.repeat(22), '..%2f..%2fsecret.key', '%00'.repeat(7), "' OR 1=1 --"])(
    'has no picture at the address /avatar/%s',
    async (id) => {
      expect((await fetch(`${server.url}/avatar/${id}`)).status).toBe(404);
    },
  );
});
