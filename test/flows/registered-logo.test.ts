import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import sharp, { type Color } from 'sharp';
import { Logos } from '../../src/oidc/registration/logos.service.js';
import { Browser } from '../support/browser.js';
import { DocumentHost } from '../support/document-host.js';
import { DECENT, manage, register } from '../support/self-registered.js';
import { TestServer } from '../support/server.js';
import { PKCE } from '../conformance/suite.js';

const BLUE = { r: 9, g: 99, b: 199 };

/** An application that registers itself names its logo; the pages show it, and ask nobody for it. */
describe('the logo of an application that registered itself', () => {
  let server: TestServer;
  let host: DocumentHost;
  beforeAll(async () => {
    host = await DocumentHost.start();
    server = await TestServer.start({
      env: {
        GATEHOUSE_CLIENT_REGISTRATION: 'open',
        GATEHOUSE_CLIENT_REGISTRATION_LIMIT: '10000',
        GATEHOUSE_INTERNAL_FETCH: 'on',
      },
    });
  });
  afterAll(async () => {
    await server.stop();
    host.stop();
  });
  beforeEach(() => {
    host.asked.length = 0;
    // What may be fetched in a minute is counted.
    server.clock.advance(60_000);
  });

  const plain = (background: Color, width = 300, height = 200) =>
    sharp({ create: { width, height, channels: 4, background } });
  const serve = (path: string, bytes: Buffer, type = 'image/png') =>
    host.answer(path, (_req, res) => res.writeHead(200, { 'Content-Type': type }).end(bytes));
  const signInPage = async (id: unknown) => {
    const browser = new Browser(server);
    const query = new URLSearchParams({
      client_id: String(id),
      response_type: 'code',
      redirect_uri: DECENT.redirect_uris[0]!,
      scope: 'openid',
      code_challenge: PKCE.challenge,
      code_challenge_method: 'S256',
    });
    await browser.open(`/oidc/auth?${query.toString()}`);
    return browser.page;
  };
  const logoAt = async (id: unknown) => {
    const page = await signInPage(id);
    const sign = page.html.querySelector('.client .gate')!;
    if (sign.tagName !== 'IMG') return undefined;
    const [head, data] = sign.getAttribute('src')!.split(',') as [string, string];
    expect(head).toBe('data:image/webp;base64');
    return Buffer.from(data, 'base64');
  };
  const colour = async (picture: Buffer) => {
    const { dominant } = await sharp(picture).stats();
    return Object.fromEntries(
      Object.entries(dominant).map(([name, value]) => [name, Math.round(value / 25)]),
    );
  };

  it.each(['png', 'jpeg', 'webp', 'gif'] as const)(
    'is on the sign-in page from the first view on, drawn anew from a %s, whatever has become of its host',
    async (format) => {
      const logo_uri = serve(`/logo.${format}`, await plain(BLUE)[format]().toBuffer(), `image/${format}`);
      const { status, body } = await register(server, { ...DECENT, logo_uri });
      expect([status, body['logo_uri']]).toEqual([201, logo_uri]);
      expect(host.asked).toEqual([`/logo.${format}`]);
      host.answer(`/logo.${format}`, (_req, res) => res.writeHead(410).end());
      const logo = (await logoAt(body['client_id']))!;
      expect(await sharp(logo).metadata()).toMatchObject({ format: 'webp', width: 96, height: 64 });
      expect(await colour(logo)).toEqual(await colour(await plain(BLUE).png().toBuffer()));
      await logoAt(body['client_id']);
      expect(host.asked).toEqual([`/logo.${format}`]);
    },
  );

  it('that is busier than any leaves the page light', async () => {
    const noise = { width: 700, height: 700, channels: 4 as const };
    const bytes = await sharp(randomBytes(700 * 700 * 4), { raw: noise })
      .resize(300)
      .png()
      .toBuffer();
    const { body } = await register(server, { ...DECENT, logo_uri: serve('/noise.png', bytes) });
    expect((await logoAt(body['client_id']))!.length).toBeLessThanOrEqual(4096);
    const { html } = await signInPage(body['client_id']);
    expect(Buffer.byteLength(html.toString())).toBeLessThan(15_000);
  });

  it('is see-through nowhere: it stands on white, as a declared one does', async () => {
    const bytes = await plain({ r: 0, g: 0, b: 0, alpha: 0 }).png().toBuffer();
    const { body } = await register(server, { ...DECENT, logo_uri: serve('/clear.png', bytes) });
    const logo = (await logoAt(body['client_id']))!;
    expect((await sharp(logo).metadata()).hasAlpha).toBe(false);
    expect((await sharp(logo).stats()).channels[0]!.min).toBeGreaterThan(250);
  });

  it('is fetched anew with every change of the registration, and gone with its address', async () => {
    const logo_uri = serve('/changing.png', await plain(BLUE).png().toBuffer());
    let { body } = await register(server, { ...DECENT, logo_uri });
    const id = body['client_id'];
    const change = async (more: object) => {
      const wishes = { ...DECENT, client_id: id, ...more };
      const answer = await manage(server, 'PUT', id, body['registration_access_token'], wishes);
      expect(answer.status).toBe(200);
      body = answer.body;
    };
    const before = (await logoAt(id))!;
    serve('/changing.png', await plain({ r: 200, g: 20, b: 20 }).png().toBuffer());
    await change({ logo_uri });
    const after = (await logoAt(id))!;
    expect(await colour(after)).not.toEqual(await colour(before));

    await change({ logo_uri: host.origin + '/nothing.png' });
    expect(await logoAt(id)).toBeUndefined();
    await change({ logo_uri });
    expect(await logoAt(id)).toEqual(after);
    await change({});
    expect(await logoAt(id)).toBeUndefined();
    expect(host.asked).toEqual(['/changing.png', '/changing.png', '/nothing.png', '/changing.png']);
  });

  it('that comes late does not take the place of a newer one', async () => {
    const early = serve('/early.png', await plain(BLUE).png().toBuffer());
    const { body } = await register(server, { ...DECENT, logo_uri: early });
    const id = String(body['client_id']);
    const late = await plain(BLUE).png().toBuffer();
    let answer = () => {};
    const asked = new Promise<void>((came) =>
      host.answer('/early.png', (_req, res) => {
        answer = () => void res.writeHead(200, { 'Content-Type': 'image/png' }).end(late);
        came();
      }),
    );
    const fetching = server.app.get(Logos).keep(id, early, '');
    await asked;
    const newer = serve('/newer.png', await plain({ r: 200, g: 20, b: 20 }).png().toBuffer());
    const wishes = { ...DECENT, client_id: id, logo_uri: newer };
    expect((await manage(server, 'PUT', id, body['registration_access_token'], wishes)).status).toBe(200);
    const shown = await colour((await logoAt(id))!);
    answer();
    await fetching;
    expect(await colour((await logoAt(id))!)).toEqual(shown);
  });

  it('that was not there leaves the registration as it is, the first letter on the page, and a line in the log', async () => {
    const lines: string[] = [];
    const line = (text: string) => void lines.push(text);
    server.app.useLogger({ log: line, warn: line, error: line });
    const { status, body } = await register(server, {
      ...DECENT,
      logo_uri: host.origin + '/nothing.png?key=x',
    });
    expect(status).toBe(201);
    const id = String(body['client_id']);
    const page = await signInPage(id);
    expect(page.html.querySelector('.client .monogram')!.getAttribute('data-name')).toBe(DECENT.client_name);
    expect(lines.filter((each) => each.includes(id))).toEqual([
      `${id} is shown without its logo (at ${new URL(host.origin).host}): the answer is 404, not 200`,
    ]);
  });
});
