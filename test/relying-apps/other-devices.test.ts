import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as oidc from 'openid-client';
import { BackchannelApplication, cibaClients, PingListener, secretOf } from '../support/ciba.js';
import { DEVICE_CLIENTS } from '../support/device.js';
import { addEnrolled, somebody } from '../support/enrolled.js';
import { Browser } from '../support/browser.js';
import { TestServer } from '../support/server.js';

describe('applications made with openid-client whose person is at another device', () => {
  let listener: PingListener;
  let server: TestServer;
  const person = somebody();
  beforeAll(async () => {
    listener = await PingListener.at();
    await listener.up();
    server = await TestServer.start({
      clients:
        DEVICE_CLIENTS +
        cibaClients(listener.address)
          .replace('clients:\n', '')
          .replace(/ {2}- client_id: web[^]*/, ''),
      env: { GATEHOUSE_INTERNAL_BACKCHANNEL: 'on' },
    });
    await addEnrolled(server, person);
  });
  afterAll(async () => {
    await server.stop();
    await listener.down();
  });

  const discover = (clientId: string, authentication: oidc.ClientAuth) =>
    oidc.discovery(new URL(server.url), clientId, undefined, authentication, {
      execute: [oidc.allowInsecureRequests],
    });

  async function signedIn(): Promise<Browser> {
    const browser = new Browser(server);
    await browser.signIn(person);
    return browser;
  }

  it('a device connects', async () => {
    const config = await discover('tv', oidc.None());
    const asked = await oidc.initiateDeviceAuthorization(config, { scope: 'openid email offline_access' });
    const polled = oidc.pollDeviceAuthorizationGrant(config, asked);
    const browser = await signedIn();
    await browser.open(asked.verification_uri_complete!);
    await browser.press('submit');
    await browser.press('submit');
    await browser.press('submit');
    expect(browser.page.text).toContain('The device is connected');
    const tokens = await polled;
    expect(tokens.claims()).toMatchObject({ email: person.email, amr: ['pwd', 'otp', 'mfa'] });
    const again = await oidc.refreshTokenGrant(config, tokens.refresh_token!);
    expect(await oidc.fetchUserInfo(config, again.access_token, tokens.claims()!.sub)).toMatchObject({
      email: person.email,
    });
  });

  it('a till is approved, asking until it is', async () => {
    const config = await discover('till', oidc.ClientSecretBasic(secretOf('till')));
    const asked = await oidc.initiateBackchannelAuthentication(config, {
      scope: 'openid email',
      login_hint: person.email,
      binding_message: 'till 7',
    });
    const polled = oidc.pollBackchannelAuthenticationGrant(config, asked);
    const browser = await signedIn();
    await browser.open('/dashboard/approvals');
    await browser.press('approve-0');
    expect((await polled).claims()).toMatchObject({ email: person.email, amr: ['pwd', 'otp', 'mfa'] });
  });

  it('a call centre is told', async () => {
    const config = await discover('calls', oidc.ClientSecretBasic(secretOf('calls')));
    const asked = await oidc.initiateBackchannelAuthentication(config, {
      scope: 'openid',
      login_hint: person.username,
      client_notification_token: 'known-only-to-both',
    });
    const browser = await signedIn();
    await browser.open('/dashboard/approvals');
    await browser.press('approve-0');
    const [ping] = await listener.heard(1);
    expect(ping).toMatchObject({ authorization: 'Bearer known-only-to-both' });
    expect(JSON.parse(ping!.body)).toEqual({ auth_req_id: asked.auth_req_id });
    const calls = new BackchannelApplication(server, 'calls');
    calls.authReqId = asked.auth_req_id;
    expect((await calls.poll()).status).toBe(200);
  });
});
