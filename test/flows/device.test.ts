import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Browser } from '../support/browser.js';
import { claimsOf, Device, DEVICE_CLIENTS } from '../support/device.js';
import { addEnrolled, somebody } from '../support/enrolled.js';
import type { Person } from '../support/people.js';
import { TestServer } from '../support/server.js';

describe('connecting a device', () => {
  let server: TestServer;
  let person: Person;
  let device: Device;
  let browser: Browser;
  beforeAll(async () => {
    server = await TestServer.start({ clients: DEVICE_CLIENTS });
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    person = somebody();
    await server.addPerson(person);
    device = new Device(server);
    browser = new Browser(server);
  });

  async function typeCode(code: string): Promise<void> {
    await browser.open('/device');
    await browser.press('submit', { user_code: code });
  }

  it('begins with a short address, a code to read aloud, and how often to ask', async () => {
    const { status, body } = await device.start();
    expect(status).toBe(200);
    expect(body).toMatchObject({
      verification_uri: `${server.url}/device`,
      verification_uri_complete: `${server.url}/device?user_code=${device.userCode}`,
      interval: 5,
      expires_in: 600,
    });
    expect(device.userCode).toMatch(/^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/);
    const discovery = (await (
      await fetch(`${server.url}/.well-known/openid-configuration`)
    ).json()) as object;
    expect(discovery).toMatchObject({ device_authorization_endpoint: `${server.url}/oidc/device` });
  });

  it('asks for the code, shows whose device it is, signs in, asks for consent, and gives the tokens', async () => {
    await device.start({ scope: 'openid email offline_access' });
    expect(await device.poll()).toMatchObject({ status: 400, body: { error: 'authorization_pending' } });

    await typeCode(device.userCode);
    expect(browser.page.status).toBe(200);
    expect(browser.page.text).toContain('Living Room TV');
    expect(browser.page.text).toContain(device.userCode);
    expect(browser.page.text).toContain('SmartTV');
    expect(browser.page.text).toMatch(/127\.0\.0\.1|::1/);
    expect(browser.page.html.querySelector('a[href="https://tv.example/privacy"]')).not.toBeNull();
    await browser.press('submit');
    expect(browser.page.path).toMatch(/\/interaction\/[^/]+\/password$/);
    expect(browser.page.text).toContain('Living Room TV');
    expect(await device.poll()).toMatchObject({ body: { error: 'authorization_pending' } });
    await browser.enterPassword(person);
    expect(browser.page.path).toMatch(/\/consent$/);
    await browser.press('submit');
    expect(browser.page.text).toContain('The device is connected');

    const answer = await device.poll();
    expect(answer.status).toBe(200);
    expect(claimsOf(answer)).toMatchObject({
      email: person.email,
      amr: ['pwd'],
      acr: 'urn:gatehouse:acr:1fa',
    });
    expect(answer.body['refresh_token']).toBeTruthy();
    const refreshed = await device.poll({
      grant_type: 'refresh_token',
      refresh_token: answer.body['refresh_token'] as string,
    });
    expect(refreshed.status).toBe(200);

    await browser.open('/dashboard/applications');
    expect(browser.page.text).toContain('Living Room TV');
    await browser.open('/dashboard/activity');
    expect(browser.page.text).toContain('A device was connected');
  });

  it.each([
    ['small letters', (code: string) => code.toLowerCase()],
    ['spaces instead of the dash', (code: string) => ` ${code.replace('-', ' ')} `],
    ['a long dash', (code: string) => code.replace('-', '—')],
    ['digits that look like letters', (code: string) => code.replace(/B/g, '8').replace(/L/g, '1')],
  ])('takes the code typed with %s', async (_how, typed) => {
    await device.start();
    await typeCode(typed(device.userCode));
    expect(browser.page.text).toContain('Living Room TV');
  });

  it('offers the code of the complete address for comparison, and does nothing before it is pressed', async () => {
    await device.start();
    await browser.open(device.completeUri);
    expect(browser.page.html.getElementById('code')!.getAttribute('value')).toBe(device.userCode);
    expect(browser.page.html.querySelectorAll('script:not([src])')).toHaveLength(0);
    expect(browser.page.text).not.toContain('Living Room TV');
    expect(await device.poll()).toMatchObject({ body: { error: 'authorization_pending' } });
    await browser.press('submit');
    expect(browser.page.text).toContain('Living Room TV');
  });

  it('asks nobody twice: with a session, one press connects an application of the house', async () => {
    await browser.signIn(person);
    const tool = new Device(server, 'tool');
    await tool.start();
    await typeCode(tool.userCode);
    expect(browser.page.text).toContain('House Tool');
    await browser.press('submit');
    expect(browser.page.text).toContain('The device is connected');
    expect(claimsOf(await tool.poll())['email']).toBe(person.email);
  });

  it('has somebody sign in for it that asks for a sign-in of now (max_age=0)', async () => {
    await browser.signIn(person);
    server.clock.advance(60_000);
    const tool = new Device(server, 'tool');
    await tool.start({ max_age: '0' });
    await typeCode(tool.userCode);
    await browser.press('submit');
    expect(browser.page.path).toMatch(/\/password$/);
    const asked = Math.floor(server.clock.now().getTime() / 1000);
    await browser.enterPassword(person);
    expect(browser.page.text).toContain('The device is connected');
    expect(claimsOf(await tool.poll())['auth_time']).toBeGreaterThanOrEqual(asked);
  });

  it('demands the second factor that the application demands, and says so truthfully', async () => {
    const secured = somebody();
    await addEnrolled(server, secured);
    const vault = new Device(server, 'vault');
    await vault.start();
    await typeCode(vault.userCode);
    await browser.press('submit');
    await browser.enterPassword(secured);
    expect(await vault.poll()).toMatchObject({ body: { error: 'authorization_pending' } });
    await browser.enterTotp(secured);
    expect(browser.page.text).toContain('The device is connected');
    expect(claimsOf(await vault.poll())).toMatchObject({
      acr: 'urn:gatehouse:acr:2fa',
      amr: ['pwd', 'otp', 'mfa'],
    });
  });

  it('is refused on the confirmation, and the device learns it', async () => {
    await device.start();
    await typeCode(device.userCode);
    await browser.press('cancel');
    expect(browser.page.text).toContain('The device was refused');
    expect(await device.poll()).toMatchObject({ status: 400, body: { error: 'access_denied' } });
  });

  it('is refused while signing in, and the device learns it', async () => {
    await device.start();
    await typeCode(device.userCode);
    await browser.press('submit');
    await browser.press('cancel');
    expect(browser.page.text).toContain('The device was refused');
    expect(await device.poll()).toMatchObject({ status: 400, body: { error: 'access_denied' } });
  });

  it('says which code it does not know, and takes the right one then', async () => {
    await device.start();
    await typeCode('BBBB-BBBB');
    expect(browser.page.status).toBe(422);
    expect(browser.page.text).toContain('There is no such code');
    expect(browser.page.html.getElementById('code')!.getAttribute('value')).toBe('BBBB-BBBB');
    await browser.press('submit', { user_code: '' });
    expect(browser.page.text).toContain('Type the code');
    await browser.press('submit', { user_code: device.userCode });
    expect(browser.page.text).toContain('Living Room TV');
  });

  it('tells a device that asks too often to slow down, and gives it its tokens all the same', async () => {
    await device.start();
    expect((await device.pollAtOnce()).body['error']).toBe('authorization_pending');
    expect((await device.pollAtOnce()).body['error']).toBe('slow_down');
    expect((await device.poll()).body['error']).toBe('authorization_pending');
    await typeCode(device.userCode);
    await browser.press('submit');
    await browser.enterPassword(person);
    await browser.press('submit');
    expect((await device.pollAtOnce()).status).toBe(200);
  });

  it('is over after ten minutes, for the person and for the device', async () => {
    await device.start();
    server.clock.advance(10 * 60_000 + 1000);
    await typeCode(device.userCode);
    expect(browser.page.text).toContain('too old');
    expect(await device.poll()).toMatchObject({ status: 400, body: { error: 'expired_token' } });
  });

  it('is only for applications that may', async () => {
    const answer = await new Device(server, 'web').start();
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
  });
});
