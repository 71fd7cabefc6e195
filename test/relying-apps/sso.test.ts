import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as oidc from 'openid-client';
import { ada } from '../support/people.js';
import { TestServer } from '../support/server.js';
import { OpenIdClientApp } from './openid-client.app.js';
import { Traveller } from './traveller.js';

describe('single sign-on over two applications made with openid-client', () => {
  let server: TestServer;
  const person = ada();
  const discover = (id: 'notes' | 'photos' | 'bank') => {
    const authentication = {
      notes: oidc.ClientSecretBasic('notes-secret-of-thirty-two-chars'),
      photos: oidc.ClientSecretPost('photos-secret-of-thirty-two-char'),
      bank: oidc.ClientSecretBasic('bank-secret-of-thirty-two-chars!'),
    }[id];
    return OpenIdClientApp.discover(server, id, `http://localhost:9/${id}/callback`, authentication);
  };

  beforeAll(async () => {
    server = await TestServer.start();
    await server.addPerson(person);
    await new Traveller(server).signInAndEnrol(person);
  });
  afterAll(() => server.stop());

  it('signs in a second application without asking again, and tells it the truth about how', async () => {
    const browser = new Traveller(server);
    const notes = await discover('notes');
    await notes.sendToSignIn(browser);
    await browser.enterPassword(person);
    await browser.enterTotp(person);
    const first = (await notes.receive(browser)).claims()!;

    server.clock.advance(60_000);
    for (const id of ['photos', 'bank'] as const) {
      const next = await discover(id);
      await next.sendToSignIn(browser, { max_age: '3600' });
      const claims = (await next.receive(browser)).claims()!;
      expect(claims).toMatchObject({
        sub: first.sub,
        acr: 'urn:gatehouse:acr:2fa',
        amr: ['pwd', 'otp', 'mfa'],
      });
      expect(claims['auth_time']).toBeLessThanOrEqual(first.iat);
    }
  });

  it('answers a silent request in both directions', async () => {
    const browser = new Traveller(server);
    const photos = await discover('photos');
    await photos.sendToSignIn(browser, { prompt: 'none' });
    await expect(photos.receive(browser)).rejects.toMatchObject({ error: 'login_required' });
    await browser.signIn(person);
    await photos.sendToSignIn(browser, { prompt: 'none' });
    expect((await photos.receive(browser)).claims()!['acr']).toBe('urn:gatehouse:acr:2fa');
  });

  it('refuses in the second application the TOTP code that signed in to the first', async () => {
    const notes = await discover('notes');
    const browser = new Traveller(server);
    await notes.sendToSignIn(browser);
    await browser.enterPassword(person);
    server.clock.advance(30_000);
    const code = person.authenticator!.code(server.clock.now());
    await browser.press('submit', { code });
    await notes.receive(browser);

    const other = new Traveller(server);
    await (await discover('photos')).sendToSignIn(other);
    await other.enterPassword(person);
    await other.press('submit', { code });
    expect(other.page.status).toBe(422);
    expect(other.sentTo).toBeUndefined();
  });

  it('asks again in the second application once the person has signed out of the first', async () => {
    const notes = await discover('notes');
    const browser = new Traveller(server);
    await notes.sendToSignIn(browser);
    await browser.enterPassword(person);
    await browser.enterTotp(person);
    const { id_token: idToken } = await notes.receive(browser);
    await browser.open(
      notes.signOutUrl({ id_token_hint: idToken!, post_logout_redirect_uri: 'http://localhost:9/notes' }),
    );
    await browser.press('submit');
    await (await discover('photos')).sendToSignIn(browser);
    expect(browser.page.path).toMatch(/\/password$/);
  });
});
