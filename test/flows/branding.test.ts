import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import sharp from 'sharp';
import { Application } from '../support/application.js';
import { Browser } from '../support/browser.js';
import { operatorOn } from '../support/open-forms.operators.js';
import { CLIENTS, TestServer } from '../support/server.js';
import { sendFiles } from '../support/upload.js';

const LOGO = '/admin/branding/logo';

describe('the appearance', () => {
  let server: TestServer;
  let operator: Browser;
  beforeAll(async () => {
    server = await TestServer.start({
      clients: CLIENTS.replace('client_id: calendar', "client_id: calendar\n    brand_color: '#AA3300'"),
    });
    ({ browser: operator } = await operatorOn(server, '/admin/branding'));
  });
  afterAll(() => server.stop());

  const seenByOthers = async () => (await new Browser(server).open('/')).html;

  it('is looked at before it is everybody’s, and then is', async () => {
    await operator.press('preview', { name: 'House of Keys', color: '#5b2a86' });
    expect(operator.page.status).toBe(200);
    expect(operator.page.html.getElementById('previewed')!.text).toContain('House of Keys');
    expect(operator.page.html.querySelector('link[href="/accent/5b2a86.css"]')).not.toBeNull();
    expect((await seenByOthers()).toString()).not.toMatch(/House of Keys|accent/);

    await operator.press('submit', { name: 'House of Keys', color: '#5B2A86' });
    expect(operator.page.text).toContain('The appearance is changed');
    const page = await seenByOthers();
    expect(page.querySelector('title')!.text).toContain('House of Keys');
    const sheet = page.querySelector('link[href="/accent/5b2a86.css"]');
    expect(sheet).not.toBeNull();
    const response = await fetch(`${server.url}/accent/5b2a86.css`);
    expect(response.headers.get('content-type')).toContain('text/css');
    expect(await response.text()).toContain('--accent: rgb(91 42 134)');
    expect((await fetch(`${server.url}/accent/nonsense.css`)).status).toBe(404);

    await operator.press('submit', { name: '', color: '' });
    expect((await seenByOthers()).querySelector('title')!.text).toContain('Gatehouse');
    expect((await seenByOthers()).querySelector('link[href^="/accent"]')).toBeNull();
  });

  it('is the application’s on the way to it, where it has a colour', async () => {
    const window = new Browser(server);
    await window.open(new Application(server, 'calendar').authorizationUrl());
    expect(window.page.html.querySelector('link[href="/accent/aa3300.css"]')).not.toBeNull();
    expect((await window.open('/')).html.querySelector('link[href^="/accent"]')).toBeNull();
  });

  it('takes no colour that is none, and keeps what was typed', async () => {
    await operator.open('/admin/branding');
    for (const color of ['red', '#12', '#000000;}', 'url(//evil)']) {
      await operator.press('submit', { name: 'Kept', color });
      expect(operator.page.status).toBe(422);
      expect(operator.page.html.getElementById('name')!.getAttribute('value')).toBe('Kept');
    }
    await operator.press('submit', { name: '<script>alert(1)</script>', color: '' });
    expect((await seenByOthers()).querySelectorAll('script')).toHaveLength(1);
    await operator.press('submit', { name: '', color: '' });
  });

  it('shows a logo that was drawn here, and only to operators the form for it', async () => {
    await operator.open('/admin/branding');
    const picture = sharp({ create: { width: 300, height: 200, channels: 4, background: '#ff000080' } });
    const bytes = await picture.png().toBuffer();
    const sent = await sendFiles(operator, [{ bytes }], operator.formToken, LOGO);
    expect([sent.status, sent.location]).toEqual([303, '/admin/branding?done=branding-changed']);
    const logo = (await seenByOthers()).querySelector('.brand img')!.getAttribute('src')!;
    expect(logo).toMatch(/^data:image\/webp;base64,/);
    const drawn = await sharp(Buffer.from(logo.split(',')[1]!, 'base64')).metadata();
    expect(drawn).toMatchObject({ width: 96, hasAlpha: true });

    await operator.open('/admin/branding');
    for (const nonsense of [Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), Buffer.from('GIF89a')])
      expect((await sendFiles(operator, [{ bytes: nonsense }], operator.formToken, LOGO)).status).toBe(422);
    expect((await sendFiles(operator, [{ bytes }], null, LOGO)).status).toBe(403);
    const stranger = new Browser(server);
    await stranger.open('/register');
    expect((await sendFiles(stranger, [{ bytes }], stranger.formToken, LOGO)).location).toContain(
      '/oidc/auth',
    );
    await operator.press('remove-logo');
    expect((await seenByOthers()).querySelector('.brand img')!.getAttribute('src')).toContain(
      '/assets/logo.svg',
    );
  });
});
