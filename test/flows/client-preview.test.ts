import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'node-html-parser';
import sharp from 'sharp';
import { SHELL } from '../../src/admin/actor.js';
import { ManagedClients } from '../../src/admin/clients/managed-clients.service.js';
import { Sql } from '../../src/database/sql.js';
import { type Browser, fieldsOn } from '../support/browser.js';
import { operatorOn } from '../support/open-forms.operators.js';
import { newClient } from '../support/open-forms.clients.js';
import { TestServer } from '../support/server.js';
import { sendFiles } from '../support/upload.js';

/** What people will see of an application is looked at before it is saved. */
describe('the preview of an application', () => {
  let server: TestServer;
  let desk: Browser;
  beforeAll(async () => {
    server = await TestServer.start();
    ({ browser: desk } = await operatorOn(server, '/admin/clients'));
  });
  afterAll(() => server.stop());

  const preview = (fields: Record<string, string>) =>
    desk.press('preview', { ...fieldsOn(desk), preview: 'yes', ...fields });
  const pictures = () => desk.page.html.querySelectorAll('#previewed .picture');
  const everything = async () => [
    await server.app.get(Sql).rows('SELECT * FROM client ORDER BY id'),
    await server.app.get(Sql).rows("SELECT count(*) AS n FROM audit_event WHERE name LIKE 'client.%'"),
  ];
  const accent = (color: string) => desk.page.html.querySelector(`link[href="/accent/${color}.css"]`);

  it('shows a new one with its name, links and colour, and saves nothing', async () => {
    await desk.open('/admin/clients/new/web');
    const before = await everything();
    await preview({
      client_id: 'glimpsed',
      client_name: 'The Glimpse',
      brand_color: '5B2A86',
      redirect_uris: 'https://glimpsed.example/cb',
      policy_uri: 'https://glimpsed.example/privacy',
      tos_uri: 'https://glimpsed.example/terms',
      scope: 'openid email',
    });
    expect(desk.page.status).toBe(200);
    expect(pictures()).toHaveLength(2);
    for (const picture of pictures()) {
      expect(picture.text).toContain('The Glimpse');
      expect(picture.querySelector('.monogram')!.getAttribute('data-name')).toBe('The Glimpse');
      expect(picture.querySelectorAll('a').map((link) => link.getAttribute('href'))).toEqual([
        'https://glimpsed.example/privacy',
        'https://glimpsed.example/terms',
      ]);
    }
    expect(pictures()[1]!.querySelectorAll('.scopes li')).toHaveLength(2);
    expect(accent('5b2a86')).not.toBeNull();
    expect(desk.page.html.querySelector('[style], style')).toBeNull();
    expect(await everything()).toEqual(before);
    expect(fieldsOn(desk)).toMatchObject({ client_id: 'glimpsed', brand_color: '5B2A86' });

    await desk.press('submit', fieldsOn(desk));
    expect(desk.page.text).toContain('Copy the secret now');
    const { fields } = (await server.app.get(ManagedClients).find('glimpsed'))!;
    expect(fields).toMatchObject({ brand_color: '#5B2A86', client_name: 'The Glimpse' });
  });

  it('shows a picture without consent where none is asked', async () => {
    await desk.open('/admin/clients/new/web');
    await preview({ client_id: 'ours', redirect_uris: 'https://ours.example/cb', consent: 'never' });
    expect(pictures()).toHaveLength(1);
    expect(pictures()[0]!.text).toContain('ours');
  });

  it('shows mistakes as saving does, and of what is typed only what is sound', async () => {
    await desk.open('/admin/clients/new/web');
    await preview({
      client_id: 'notes',
      client_name: '<b>Bold</b>',
      brand_color: '000000;}',
      redirect_uris: 'https://x.example/cb',
      policy_uri: 'javascript:alert(1)',
      tos_uri: 'https://x.example/terms',
    });
    expect(desk.page.status).toBe(422);
    for (const field of ['brand_color', 'policy_uri'])
      expect(desk.page.html.getElementById(`${field}-error-0`)).not.toBeNull();
    expect(pictures()[0]!.text).toContain('<b>Bold</b>');
    expect(
      pictures()[0]!
        .querySelectorAll('a')
        .map((link) => link.getAttribute('href')),
    ).toEqual(['https://x.example/terms']);
    expect(desk.page.html.querySelector('link[href^="/accent"]')).toBeNull();
    await preview({ brand_color: '', policy_uri: '' });
    expect(desk.page.html.getElementById('client_id-error-0')!.text).toContain('This client ID is taken');
    await preview({ client_id: 'unread', rest: 'contacts: [' });
    expect(desk.page.status).toBe(422);
    expect(pictures()).toHaveLength(2);
    await preview({ client_id: '', client_name: '', rest: '' });
    expect(desk.page.html.getElementById('client_id-error-0')).not.toBeNull();
    expect(pictures()[0]!.text).toContain('New application');
  });

  it('of one that there is has its logo, changes nothing, and hides no change of somebody else', async () => {
    const id = await newClient(server, { client_name: 'Before' });
    const clients = server.app.get(ManagedClients);
    const logo = 'data:image/webp;base64,UklGRg==';
    await clients.setLogo(SHELL, id, 1, logo);
    await desk.open(`/admin/clients/${id}/edit`);
    const before = await everything();
    await preview({ client_name: 'After', brand_color: '#aa3300' });
    expect(pictures()[0]!.text).toContain('After');
    expect(pictures()[0]!.querySelector('img')!.getAttribute('src')).toBe(logo);
    expect(accent('aa3300')).not.toBeNull();
    expect(await everything()).toEqual(before);

    const { fields, version } = (await clients.find(id))!;
    await clients.update(SHELL, id, version, { ...fields, tos_uri: 'https://faster.example/terms' });
    await preview({});
    await desk.press('submit', fieldsOn(desk));
    expect(desk.page.text).toContain('Somebody else has changed this application');
    expect(fieldsOn(desk)).toMatchObject({ client_name: 'After', tos_uri: 'https://faster.example/terms' });
    await desk.press('submit', fieldsOn(desk));
    expect((await clients.find(id))!.fields).toMatchObject({
      client_name: 'After',
      brand_color: '#aa3300',
      tos_uri: 'https://faster.example/terms',
    });
  });

  it('a mistake in what is typed hides no change of somebody else either', async () => {
    const id = await newClient(server);
    const clients = server.app.get(ManagedClients);
    await desk.open(`/admin/clients/${id}/edit`);
    const { fields, version } = (await clients.find(id))!;
    await clients.update(SHELL, id, version, { ...fields, policy_uri: 'https://faster.example/privacy' });
    await desk.press('submit', { ...fieldsOn(desk), rest: 'contacts: [' });
    await desk.press('submit', { ...fieldsOn(desk), rest: '' });
    expect(desk.page.text).toContain('Somebody else has changed this application');
    expect((await clients.find(id))!.fields).toMatchObject({ policy_uri: 'https://faster.example/privacy' });
  });

  it('of a logo needs it chosen once only, and draws anew what comes back', async () => {
    const id = await newClient(server, { client_name: 'Signed', brand_color: '#123456' });
    const path = `/admin/clients/${id}/logo`;
    const chosen = sharp({ create: { width: 300, height: 200, channels: 4, background: '#ff0000' } });
    const bytes = await chosen.png().toBuffer();
    await desk.open(path);
    const before = await everything();
    const { text } = await sendFiles(desk, [{ bytes }], desk.formToken, path, {
      version: '1',
      preview: 'yes',
    });
    const page = parse(text);
    const logo = page.querySelector('#previewed img')!.getAttribute('src')!;
    expect(logo).toMatch(/^data:image\/webp;base64,/);
    expect(page.querySelector('link[href="/accent/123456.css"]')).not.toBeNull();
    expect(await everything()).toEqual(before);

    const form = Object.fromEntries(
      page
        .getElementById('use-drawn')!
        .closest('form')!
        .querySelectorAll('input')
        .map((input) => [input.getAttribute('name')!, input.getAttribute('value')!]),
    );
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>').toString('base64');
    for (const drawn of [svg, '', 'nonsense', 'A'.repeat(20_000)])
      expect((await desk.post(path, { ...form, drawn })).status).toBe(422);
    expect(await everything()).toEqual(before);
    await desk.post(path, form);
    expect(desk.page.text).toContain('The application was changed');
    const kept = (await server.app.get(ManagedClients).find(id))!.logo!;
    expect(await sharp(Buffer.from(kept.split(',')[1]!, 'base64')).metadata()).toMatchObject({ width: 96 });
  });

  it('is nothing that Enter asks for: the first button of the form is the one that saves', async () => {
    await desk.open('/admin/clients/new/web');
    const form = desk.page.html.getElementById('preview')!.closest('form')!;
    expect(form.querySelector('button')!.id).toBe('submit');
  });
});
