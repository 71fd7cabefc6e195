import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createServer, type AddressInfo, type Server } from 'node:net';
import type { ServerResponse } from 'node:http';
import sharp from 'sharp';
import { Sql } from '../../src/database/sql.js';
import { DocumentHost } from '../support/document-host.js';
import { DECENT, register } from '../support/self-registered.js';
import { TestServer } from '../support/server.js';

const OPEN = { GATEHOUSE_CLIENT_REGISTRATION: 'open', GATEHOUSE_CLIENT_REGISTRATION_LIMIT: '10000' };
const SCRIPT = '<script>alert(document.cookie)</script>';
const SVG = `<svg xmlns="http://www.w3.org/2000/svg" width="50" height="50">${SCRIPT}</svg>`;

/** Registers with a logo, of which nothing may be left but the registration. @returns milliseconds */
async function refusedLogo(server: TestServer, logo_uri: string): Promise<number> {
  const before = Date.now();
  const { status, body } = await register(server, { ...DECENT, logo_uri });
  const took = Date.now() - before;
  expect([status, body['logo_uri']]).toEqual([201, logo_uri]);
  expect(await logoOf(server, body['client_id'])).toBeNull();
  return took;
}

async function logoOf(server: TestServer, id: unknown): Promise<string | null | undefined> {
  const sql = server.app.get(Sql);
  return (await sql.rows<{ logo: string | null }>('SELECT logo FROM client WHERE id = ?', id))[0]?.logo;
}

/** Whoever may register makes this server fetch a picture: it must not knock at its own network for them. */
describe('a logo at an internal address', () => {
  let server: TestServer;
  let internal: Server;
  let connections = 0;
  let port: number;
  beforeAll(async () => {
    internal = createServer((socket) => {
      connections++;
      socket.destroy();
    });
    await new Promise<void>((listening) => internal.listen(0, listening));
    port = (internal.address() as AddressInfo).port;
    server = await TestServer.start({ env: OPEN });
  });
  afterAll(async () => {
    await server.stop();
    internal.close();
  });
  beforeEach(() => server.clock.advance(60_000));
  afterEach(() => expect(connections).toBe(0));

  it.each([
    '127.0.0.1',
    'localhost',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '2130706433',
    '0x7f000001',
    '0.0.0.0',
    '10.0.0.1',
    '169.254.169.254',
    '[fd00:ec2::254]',
  ])('makes nobody reach %s', async (name) => {
    await refusedLogo(server, `https://${name}:${port}/logo.png`);
  });
});

describe('a logo', () => {
  let server: TestServer;
  let host: DocumentHost;
  let picture: Buffer;
  beforeAll(async () => {
    host = await DocumentHost.start();
    server = await TestServer.start({ env: { ...OPEN, GATEHOUSE_INTERNAL_FETCH: 'on' } });
    picture = await painting(40, 40).png().toBuffer();
  });
  afterAll(async () => {
    await server.stop();
    host.stop();
  });
  beforeEach(() => {
    host.asked.length = 0;
    server.clock.advance(60_000);
  });

  const painting = (width: number, height: number) =>
    sharp({
      create: { width, height, channels: 3, background: { r: 9, g: 99, b: 199 } },
      limitInputPixels: false,
    });
  const serve = (bytes: Buffer | string, type = 'image/png') =>
    host.answer('/logo', (_req, res) => res.writeHead(200, { 'Content-Type': type }).end(bytes));
  const answered = (answer: (res: ServerResponse) => void) =>
    host.answer('/logo', (_req, res) => void answer(res));

  it.each([301, 302, 303, 307, 308])('that redirects by %i is not followed', async (status) => {
    const elsewhere = host.answer('/elsewhere', (_req, res) =>
      res.writeHead(200, { 'Content-Type': 'image/png' }).end(picture),
    );
    await refusedLogo(
      server,
      answered((res) => res.writeHead(status, { Location: elsewhere }).end()),
    );
    expect(host.asked).toEqual(['/logo']);
  });

  it('without an end is not read to it', async () => {
    let sent = 0;
    let closed = false;
    const address = answered((res) => {
      res.writeHead(200, { 'Content-Type': 'image/png' });
      res.write(picture);
      const flood = setInterval(() => res.write(Buffer.alloc(65_536)) && (sent += 65_536), 1);
      res.on('close', () => {
        clearInterval(flood);
        closed = true;
      });
    });
    expect(await refusedLogo(server, address)).toBeLessThan(2500);
    await new Promise((later) => setTimeout(later, 100));
    expect([closed, sent < 20 * 1024 * 1024]).toEqual([true, true]);
  });

  it('of more than 512 KiB is not used, even when it is a picture', async () => {
    await refusedLogo(server, serve(Buffer.concat([picture, Buffer.alloc(512 * 1024)])));
  });

  it('that unfolds (a decompression bomb) is refused before it does', async () => {
    const bomb = await painting(12_000, 12_000).png({ compressionLevel: 9 }).toBuffer();
    expect(bomb.length).toBeLessThan(512 * 1024);
    expect(await refusedLogo(server, serve(bomb))).toBeLessThan(2000);
    const webp = await painting(8000, 8000).webp().toBuffer();
    expect(await refusedLogo(server, serve(webp, 'image/webp'))).toBeLessThan(2000);
  });

  it.each<[string, string, string]>([
    ['an SVG with a script', SVG, 'image/svg+xml'],
    ['an SVG that is called a PNG', SVG, 'image/png'],
    ['HTML', `<!doctype html>${SCRIPT}`, 'text/html'],
    ['HTML that is called a GIF', `GIF89a/*${SCRIPT}*/=1`, 'image/gif'],
    ['JSON', '{"keys":[]}', 'application/json'],
    ['the head of a PNG and nothing else', '\x89PNG\r\n\x1a\n', 'image/png'],
    ['nothing', '', 'image/png'],
  ])('that is %s is not used', async (_, text, type) => {
    await refusedLogo(server, serve(Buffer.from(text, 'latin1'), type));
  });

  it('that does not say that it is a picture is not read', async () => {
    for (const type of ['text/html', 'application/octet-stream', 'image/png+xml'])
      await refusedLogo(server, serve(picture, type));
    await refusedLogo(
      server,
      answered((res) => res.writeHead(200).end(picture)),
    );
  });

  it('brings nothing with it: no script behind it, no place where it was taken', async () => {
    const taken = await painting(300, 200)
      .withExif({ IFD0: { Copyright: SCRIPT, Model: 'SerialNumber-4711' } })
      .jpeg()
      .toBuffer();
    const { body } = await register(server, {
      ...DECENT,
      logo_uri: serve(Buffer.concat([taken, Buffer.from(SCRIPT)]), 'image/jpeg'),
    });
    const logo = (await logoOf(server, body['client_id']))!;
    expect(logo).toMatch(/^data:image\/webp;base64,[A-Za-z0-9+/=]+$/);
    const drawn = Buffer.from(logo.split(',')[1]!, 'base64');
    expect([drawn.includes('script'), drawn.includes('4711')]).toEqual([false, false]);
    expect((await sharp(drawn).metadata()).exif).toBeUndefined();
  });

  it('that is slow is not waited for, and holds up nobody else', async () => {
    const silent = answered(() => undefined);
    const slow = refusedLogo(server, silent);
    const before = Date.now();
    expect((await fetch(`${server.url}/.well-known/openid-configuration`)).status).toBe(200);
    expect((await register(server)).status).toBe(201);
    expect(Date.now() - before).toBeLessThan(2000);
    expect(await slow).toBeLessThan(5000);
    const dripping = answered((res) => {
      res.writeHead(200, { 'Content-Type': 'image/png' });
      let at = 0;
      const drip = setInterval(() => res.write(picture.subarray(at, ++at)), 200);
      res.on('close', () => clearInterval(drip));
    });
    expect(await refusedLogo(server, dripping)).toBeLessThan(5000);
  });

  it('is fetched so often in a minute and no more: nobody is flooded by way of this server', async () => {
    const logo_uri = serve(picture);
    const answers = [];
    for (let n = 0; n < 14; n++) answers.push(await register(server, { ...DECENT, logo_uri }));
    expect(answers.map(({ status }) => status)).toEqual(Array<number>(14).fill(201));
    expect(host.asked).toHaveLength(10);
    expect(await logoOf(server, answers.at(0)!.body['client_id'])).toMatch(/^data:image/);
    expect(await logoOf(server, answers.at(-1)!.body['client_id'])).toBeNull();
  });
});
