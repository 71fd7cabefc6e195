import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Browser } from '../support/browser.js';
import { Device, DEVICE_CLIENTS, type DeviceAnswer } from '../support/device.js';
import { somebody } from '../support/enrolled.js';
import type { Person } from '../support/people.js';
import { TestServer } from '../support/server.js';

const refused = { status: 400, body: { error: 'invalid_grant' } };
const pending = { status: 400, body: { error: 'authorization_pending' } };

/** RFC 8628, section 5: what can be done with a code that somebody else's device shows, or waits for. */
describe('device codes and user codes in the wrong hands', () => {
  let server: TestServer;
  let person: Person;
  let browser: Browser;
  let device: Device;
  beforeAll(async () => {
    server = await TestServer.start({ clients: DEVICE_CLIENTS });
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    // A quarter of an hour of its own for each, so that none is counted with another's tries.
    server.clock.advance(16 * 60_000);
    person = somebody();
    await server.addPerson(person);
    browser = new Browser(server);
    device = new Device(server, 'tool');
    await device.start();
  });

  async function typeCode(at: Browser, code = device.userCode): Promise<void> {
    await at.open('/device');
    await at.press('submit', { user_code: code });
  }

  async function approve(): Promise<void> {
    await browser.signIn(person);
    await typeCode(browser);
    await browser.press('submit');
    expect(browser.page.text).toContain('The device is connected');
  }

  it('a form whose session is gone, or that another site has sent, does nothing and begins anew', async () => {
    await browser.open('/device');
    const fields = { ...browser.form('submit').fields, user_code: device.userCode, confirm: 'yes' };
    for (const body of [fields, {}]) {
      const answer = await fetch(`${server.url}/device`, {
        method: 'POST',
        body: new URLSearchParams(body),
        redirect: 'manual',
      });
      expect(answer.status).toBe(303);
      expect(new URL(answer.headers.get('location')!).pathname).toBe('/device');
    }
    const resumed = await fetch(`${server.url}/device/nothing`, { redirect: 'manual' });
    expect(resumed.status).toBe(303);
    expect(await device.poll()).toMatchObject(pending);
  });

  it('user codes are not there to be guessed: ten tries in a browser, and none that succeeds gives new ones', async () => {
    await browser.open('/device');
    for (let n = 0; n < 10; n++) {
      await browser.press('submit', { user_code: 'BBBB-BBBB' });
      expect(browser.page.status).toBe(422);
      // A code of the guesser's own does not wipe the slate.
      if (n === 5) await typeCode(new Browser(server));
    }
    await browser.press('submit', { user_code: device.userCode });
    expect(browser.page.status).toBe(429);
    expect(Number(browser.page.headers['retry-after'])).toBeGreaterThan(0);
    expect(browser.page.text).toContain('Too many tries');
    server.clock.advance(15 * 60_000 + 1000);
    await device.start();
    await typeCode(browser);
    expect(browser.page.text).toContain('House Tool');
  });

  it('nor with a new browser each time, nor at the same moment', async () => {
    const tries = Array.from({ length: 12 }, async () => {
      const other = new Browser(server);
      await other.open('/device');
      const statuses: number[] = [];
      for (let n = 0; n < 5; n++)
        statuses.push((await other.press('submit', { user_code: 'BBBB-BBBB' })).status);
      return statuses;
    });
    const statuses = (await Promise.all(tries)).flat();
    expect(statuses.filter((status) => status === 422)).toHaveLength(50);
    expect(statuses.filter((status) => status === 429)).toHaveLength(10);
  });

  it('another site cannot press the buttons, and an address alone does nothing', async () => {
    await browser.signIn(person);
    const attacker = new Browser(server);
    await attacker.open('/device');
    const foreign = attacker.form('submit').fields['xsrf']!;
    await browser.open('/device');
    for (const xsrf of ['', foreign, 'x'.repeat(48)]) {
      const page = await browser.post('/device', { xsrf, user_code: device.userCode, confirm: 'yes' });
      expect(page.status).toBe(400);
    }
    const query = new URLSearchParams({ user_code: device.userCode, confirm: 'yes' }).toString();
    for (const path of [`/device?${query}`, `/device?${query}&xsrf=${foreign}`]) await browser.open(path);
    expect(browser.page.text).not.toContain('connected');
    await browser.agent.head(`/device?${query}`);
    expect(await device.poll()).toMatchObject(pending);
  });

  it('a code that two people confirm at the same moment is one person’s', async () => {
    const people = [somebody(), somebody(), somebody(), somebody()];
    const browsers = await Promise.all(
      people.map(async (each) => {
        await server.addPerson(each);
        const own = new Browser(server);
        await own.signIn(each);
        await typeCode(own);
        return own;
      }),
    );
    const pages = await Promise.all(browsers.map((each) => each.press('submit')));
    expect(pages.filter(({ text }) => text.includes('The device is connected'))).toHaveLength(1);
    expect((await device.poll()).status).toBe(200);
  });

  it('a code is confirmed once: afterwards it is unknown, and cannot be refused any more either', async () => {
    await approve();
    const late = new Browser(server);
    await typeCode(late);
    expect(late.page.status).toBe(422);
    await late.post('/device', { ...late.form('submit').fields, user_code: device.userCode, abort: 'yes' });
    expect((await device.poll()).status).toBe(200);
  });

  it('of twenty who redeem a device code at the same moment exactly one gets tokens', async () => {
    await approve();
    const answers = await Promise.all(Array.from({ length: 20 }, () => device.pollAtOnce()));
    const winners = answers.filter(({ status }) => status === 200);
    expect(winners).toHaveLength(1);
    for (const answer of answers.filter((each) => each !== winners[0])) expect(answer).toMatchObject(refused);
    // Like a code that comes twice: nobody can tell the owner from the thief.
    expect(await userinfo(winners[0]!)).toBe(401);
  });

  it('a device code that comes again is refused, and what it gave is dead', async () => {
    await approve();
    const tokens = await device.poll();
    expect(await userinfo(tokens)).toBe(200);
    expect(await device.poll()).toMatchObject(refused);
    expect(await userinfo(tokens)).toBe(401);
  });

  it('a device code is worth nothing to another client', async () => {
    await approve();
    const other = new Device(server, 'tv');
    other.deviceCode = device.deviceCode;
    expect(await other.poll()).toMatchObject(refused);
    expect((await device.poll()).status).toBe(200);
  });

  it('an approval does not outlive what it was given in: signed out, nobody fetches tokens', async () => {
    await approve();
    await browser.open('/dashboard');
    await browser.press('sign-out');
    expect(await device.poll()).toMatchObject(refused);
  });

  it('going on from somebody else’s finished sign-in gives nothing', async () => {
    await typeCode(browser);
    await browser.press('submit');
    const { path, fields } = browser.form('submit', { username: person.username, password: person.password });
    const resume = `/device/${path.split('/')[2]!}`;
    const planted = Object.entries({ ...browser.cookies(path), ...browser.cookies(resume) });
    await browser.once('POST', path, fields);
    const finished = await browser.once('GET', path.replace('/password', ''));
    expect(new URL(finished.headers['location']!, server.url).pathname).toBe(resume);

    const stolen = await fetch(server.url + resume, {
      headers: { cookie: planted.map(([name, value]) => `${name}=${value}`).join('; ') },
      redirect: 'manual',
    });
    expect(stolen.status).toBe(400);
    expect(stolen.headers.getSetCookie().join()).not.toContain('gatehouse_session=');
    expect(await device.poll()).toMatchObject(pending);
    await browser.open(resume);
    expect((await device.poll()).status).toBe(200);
  });

  it('what a device says of itself is only text on the page', async () => {
    const mean = new Device(server, 'tv', '<script>alert(1)</script>');
    await mean.start();
    await typeCode(browser, mean.userCode);
    expect(browser.page.html.querySelectorAll('script:not([src])')).toHaveLength(0);
    expect(browser.page.html.toString()).toContain('&lt;script&gt;');
    await browser.open(`/device?user_code=${encodeURIComponent('"><script>alert(1)</script>')}`);
    expect(browser.page.html.querySelectorAll('script:not([src])')).toHaveLength(0);
    expect(browser.page.headers['content-security-policy']).toContain("script-src 'self'");
  });

  async function userinfo({ body }: DeviceAnswer): Promise<number> {
    const token = body['access_token'] as string;
    return (await fetch(`${server.url}/oidc/userinfo`, { headers: { Authorization: `Bearer ${token}` } }))
      .status;
  }
});
