import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ManagedApis } from '../../src/admin/apis/managed-apis.service.js';
import { SHELL } from '../../src/admin/actor.js';
import { Browser, fieldsOn } from '../support/browser.js';
import { shell } from '../support/claims.js';
import { addEnrolled, somebody } from '../support/enrolled.js';
import { newClient } from '../support/open-forms.clients.js';
import { TestServer } from '../support/server.js';

/** The rules are those of the clients file, which speaks English; a page speaks the language of its reader. */
describe('a mistake in a form, on a German page', () => {
  let server: TestServer;
  let desk: Browser;
  beforeAll(async () => {
    server = await TestServer.start();
    const person = somebody();
    await addEnrolled(server, person);
    await shell(server, 'operator-add', person.username);
    desk = new Browser(server, { 'Accept-Language': 'de' });
    await desk.signIn(person);
  });
  afterAll(() => server.stop());

  const mistakeAt = (field: string) => {
    const shown = desk.page.html.getElementById(`${field}-error-0`);
    return shown && [shown.text, shown.getAttribute('lang') ?? 'de'];
  };

  it('in an application is German at its field, and what belongs to none is, too', async () => {
    await desk.open('/admin/clients/new/single-page');
    await desk.press('submit', {
      ...fieldsOn(desk),
      client_id: 'notes',
      redirect_uris: 'http://spa.example/cb',
      access_token_lifetime: 'lang',
      brand_color: 'rot',
      rest: 'contacts: ops',
    });
    expect(mistakeAt('redirect_uris')).toEqual([
      'Verwenden Sie https (http allein nur für localhost, 127.0.0.1 und [::1]).',
      'de',
    ]);
    expect(mistakeAt('access_token_lifetime')![0]).toContain('Anzahl von Sekunden von 30 bis 86400');
    expect(mistakeAt('brand_color')![0]).toBe(
      'Schreiben Sie sechs hexadezimale Ziffern, zum Beispiel #5b2a86.',
    );
    expect(mistakeAt('rest')).toEqual(['contacts: Schreiben Sie eine Liste.', 'de']);
    const sound = { redirect_uris: 'https://spa.example/cb', access_token_lifetime: '', brand_color: '' };
    await desk.press('submit', { ...fieldsOn(desk), ...sound, without_pkce: 'yes', rest: '' });
    const others = desk.page.html.querySelectorAll('#form-error li');
    expect(others.map(({ text }) => text)).toEqual([
      'Ein öffentlicher Client kann nicht von PKCE ausgenommen werden.',
    ]);
    await desk.press('submit', { ...fieldsOn(desk), without_pkce: '' });
    expect(mistakeAt('client_id')![1]).toBe('de');
    expect(mistakeAt('client_id')![0]).toContain('vergeben');
  });

  it('that another program names is said to be English', async () => {
    await desk.press('submit', { ...fieldsOn(desk), rest: 'contacts: [' });
    expect(mistakeAt('rest')![1]).toBe('en');
  });

  it('is German on the page of an application that was right when it was saved', async () => {
    const id = await newClient(server, { consent: 'always' });
    const apis = server.app.get(ManagedApis);
    const identifier = 'https://stock.example/';
    await apis.create(SHELL, { identifier });
    await desk.open(`/admin/clients/${id}/edit`);
    await desk.press('submit', { ...fieldsOn(desk), apis: identifier });
    await apis.remove(SHELL, identifier);
    await desk.open(`/admin/clients/${id}`);
    const [mistake] = desk.page.html.querySelectorAll('.caution li');
    expect(mistake!.text).toBe(`apis: „${identifier}“ ist unter apis: nicht erklärt.`);
    expect(mistake!.getAttribute('lang')).toBeUndefined();
  });

  it('in an API is German, and hides no change of somebody else', async () => {
    await desk.open('/admin/apis/new');
    await desk.press('submit', { ...fieldsOn(desk), identifier: 'lager', scopes: 'openid' });
    expect(mistakeAt('identifier')).toEqual(['Schreiben Sie einen vollständigen URI.', 'de']);
    expect(mistakeAt('scopes')![0]).toBe('„openid“ handelt von Menschen: Wählen Sie einen anderen Namen.');
    await desk.press('submit', { ...fieldsOn(desk), identifier: 'https://lager.example/', scopes: '' });

    const apis = server.app.get(ManagedApis);
    const { fields, version } = (await apis.find('https://lager.example/'))!;
    await desk.click('edit');
    await apis.update(SHELL, 'https://lager.example/', version, { ...fields, name: 'Lager' });
    await desk.press('submit', { ...fieldsOn(desk), scopes: 'x'.repeat(20_001) });
    expect(desk.page.status).toBe(422);
    await desk.press('submit', { ...fieldsOn(desk), scopes: '' });
    expect(desk.page.html.getElementById('stale')).not.toBeNull();
    expect((await apis.find('https://lager.example/'))!.fields).toMatchObject({ name: 'Lager' });
  });
});
