import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EntityManager } from '@mikro-orm/core';
import sharp from 'sharp';
import { Avatar } from '../../src/users/avatar.entity.js';
import { Browser } from '../support/browser.js';
import { somebody } from '../support/enrolled.js';
import { send } from '../support/raw.js';
import { TestServer } from '../support/server.js';
import { pictureOf, sendFiles, sendPicture, UPLOAD } from '../support/upload.js';

const REFUSED = 'This is not a picture that can be used';
const SCRIPT = '<script>alert(document.cookie)</script>';
const MEGABYTE = 1024 * 1024;

describe('what an attacker uploads as a picture', () => {
  let server: TestServer;
  let plain: Buffer;
  beforeAll(async () => {
    server = await TestServer.start();
    plain = await painting().png().toBuffer();
  });
  afterAll(() => server.stop());

  const painting = (width = 40, height = 40) =>
    sharp({
      create: { width, height, channels: 3, background: { r: 9, g: 99, b: 199 } },
      limitInputPixels: false,
    });

  async function signedIn(): Promise<{ browser: Browser; id: string }> {
    const person = somebody();
    const { id } = await server.addPerson(person);
    const browser = new Browser(server);
    await browser.signIn(person);
    return { browser, id };
  }

  const rows = (accountId: string) => server.app.get(EntityManager).fork().count(Avatar, { accountId });

  async function served(browser: Browser): Promise<Buffer> {
    const answer = await fetch(server.url + (await pictureOf(browser))!);
    expect(answer.headers.get('content-type')).toBe('image/webp');
    return Buffer.from(await answer.arrayBuffer());
  }

  it.each<[string, Buffer, string]>([
    [
      'an SVG with a script',
      Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="50" height="50">${SCRIPT}</svg>`),
      'image/svg+xml',
    ],
    [
      'an SVG that is called a PNG',
      Buffer.from(
        `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="50" height="50">${SCRIPT}</svg>`,
      ),
      'image/png',
    ],
    ['HTML that is called a PNG', Buffer.from(`<!doctype html>${SCRIPT}`), 'image/png'],
    ['HTML behind the first bytes of a GIF', Buffer.from(`GIF89a/*${SCRIPT}*/=1`), 'image/gif'],
    ['a PDF', Buffer.from('%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj'), 'image/png'],
    ['a HEIC', Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic'), 'image/heic'],
    ['a TIFF', Buffer.from('II*\0\x08\0\0\0\0\0'), 'image/tiff'],
    ['an ImageMagick script', Buffer.from('push graphic-context\nimage over 0,0 0,0 "|id"'), 'image/png'],
    ['the head of a PNG and nothing else', Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), 'image/png'],
    [
      'random bytes behind the head of a JPEG',
      Buffer.from('\xff\xd8\xff\xe0' + 'x'.repeat(500), 'latin1'),
      'image/jpeg',
    ],
  ])('%s is refused', async (_, bytes, type) => {
    const { browser, id } = await signedIn();
    const sent = await sendPicture(browser, bytes, { type, name: 'me.png' });
    expect(sent.status).toBe(422);
    expect(sent.text).toContain(REFUSED);
    expect(await rows(id)).toBe(0);
  });

  it('formats that the library could read all the same are closed to it', async () => {
    const { browser } = await signedIn();
    for (const bytes of [await painting().tiff().toBuffer(), await painting().avif().toBuffer()])
      expect((await sendPicture(browser, bytes)).status).toBe(422);
    // Even where something calls the library without asking for the first bytes.
    await expect(
      sharp(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')).metadata(),
    ).rejects.toThrow(/unsupported/);
  });

  it('a polyglot, half picture and half page, is drawn anew: nothing of the page is left', async () => {
    const { browser } = await signedIn();
    for (const bytes of [
      Buffer.concat([plain, Buffer.from(SCRIPT)]),
      await painting()
        .withExif({ IFD0: { Copyright: SCRIPT } })
        .jpeg()
        .toBuffer(),
      Buffer.concat([await painting().gif().toBuffer(), Buffer.from(`PK\x03\x04${SCRIPT}`)]),
    ]) {
      expect((await sendPicture(browser, bytes)).status).toBe(303);
      const image = await served(browser);
      expect(image.includes('script')).toBe(false);
      expect(image.includes('PK\x03\x04')).toBe(false);
      expect(image.length).toBeLessThan(20_000);
    }
  });

  it('a decompression bomb is refused before it unfolds', async () => {
    const { browser, id } = await signedIn();
    const bomb = await painting(20_000, 20_000).png({ compressionLevel: 9 }).toBuffer();
    expect(bomb.length).toBeLessThan(3 * MEGABYTE);
    const before = Date.now();
    const sent = await sendPicture(browser, bomb);
    expect(sent.status).toBe(422);
    expect(sent.text).toContain('more than 40 million pixels');
    expect(Date.now() - before).toBeLessThan(3000);
    expect(await rows(id)).toBe(0);
  });

  it('a file of 6 MB is refused, and the page says why', async () => {
    const { browser, id } = await signedIn();
    const sent = await sendPicture(browser, Buffer.concat([plain, Buffer.alloc(6 * MEGABYTE)]));
    expect(sent.status).toBe(422);
    expect(sent.text).toContain('larger than 5 MB');
    expect(await rows(id)).toBe(0);
  });

  it('a body of 40 MB is not read at all', async () => {
    const answer = await send(server, UPLOAD, {
      method: 'POST',
      headers: {
        Origin: new URL(server.url).origin,
        'Content-Type': 'multipart/form-data; boundary=x',
        'Content-Length': String(40 * MEGABYTE),
      },
      body: Buffer.alloc(40 * MEGABYTE),
    }).catch((error: NodeJS.ErrnoException) => ({ status: error.code === 'EPIPE' ? 413 : error.message }));
    expect(answer.status).toBe(413);
  });

  it('where and with what it was taken is gone, and it stands upright', async () => {
    const { browser } = await signedIn();
    const taken = await painting(300, 200)
      .withExif({
        IFD0: { Make: 'Cam', Model: 'SerialNumber-4711', Orientation: '6' },
        IFD3: {
          GPSLatitudeRef: 'N',
          GPSLatitude: '51/1 30/1 0/1',
          GPSLongitudeRef: 'W',
          GPSLongitude: '0/1 7/1 0/1',
        },
      })
      .jpeg()
      .toBuffer();
    expect((await sharp(taken).metadata()).exif!.includes('4711')).toBe(true);
    expect((await sendPicture(browser, taken)).status).toBe(303);
    const image = await served(browser);
    const { exif, xmp, iptc, icc, orientation } = await sharp(image).metadata();
    expect({ exif, xmp, iptc, icc, orientation }).toEqual({});
    expect(image.includes('4711')).toBe(false);
  });

  it.each<[string, { bytes: () => Buffer; field?: string }[]]>([
    ['two files', [{ bytes: () => plain }, { bytes: () => plain }]],
    ['a file in a field that the form does not have', [{ bytes: () => plain, field: '__proto__' }]],
    ['eleven files', Array.from({ length: 11 }, (_, n) => ({ bytes: () => plain, field: `picture[${n}]` }))],
  ])('%s are refused, and the page says so', async (_, files) => {
    const { browser, id } = await signedIn();
    await browser.open('/dashboard/profile');
    const sent = await sendFiles(
      browser,
      files.map(({ bytes, ...more }) => ({ ...more, bytes: bytes() })),
      browser.formToken,
    );
    expect(sent.status).toBe(422);
    expect(sent.text).toContain('Send one picture and nothing else');
    expect(await rows(id)).toBe(0);
  });

  it('no file, an empty one, and a form that is no upload at all: the page asks for a picture', async () => {
    const { browser } = await signedIn();
    await browser.open('/dashboard/profile');
    const { formToken } = browser;
    for (const sent of [
      await sendFiles(browser, [], formToken),
      await sendFiles(browser, [{ bytes: Buffer.alloc(0) }], formToken),
      await browser.post(UPLOAD, { _csrf: formToken }),
    ]) {
      expect(sent.status).toBe(422);
      expect(sent.text).toContain('Choose a picture first');
    }
  });

  it.each([
    ['a boundary that never comes', 'multipart/form-data; boundary=x', '--y\r\n'],
    ['no boundary', 'multipart/form-data', '--x\r\n'],
    [
      'a form that breaks off',
      'multipart/form-data; boundary=x',
      '--x\r\nContent-Disposition: form-data; name="picture"; filename="a"\r\n\r\nabc',
    ],
    [
      'a part without a name',
      'multipart/form-data; boundary=x',
      '--x\r\nContent-Disposition: form-data\r\n\r\na\r\n--x--',
    ],
  ])('%s is no failure of the server', async (_, type, body) => {
    const { browser } = await signedIn();
    const page = await browser.post(UPLOAD, body, { 'Content-Type': type });
    expect([400, 403, 422]).toContain(page.status);
  });

  it('without the form’s token, or with another browser’s, nothing is changed', async () => {
    const { browser, id } = await signedIn();
    const attacker = new Browser(server);
    await attacker.open('/register');
    for (const token of [null, '', attacker.formToken])
      expect((await sendFiles(browser, [{ bytes: plain }], token)).status).toBe(403);
    expect(await rows(id)).toBe(0);
  });

  it('from another site nothing is changed, even with the token', async () => {
    const { browser, id } = await signedIn();
    await browser.open('/dashboard/profile');
    const sent = await browser.agent
      .post(UPLOAD)
      .set('Origin', 'https://evil.example')
      .ok(() => true)
      .field('_csrf', browser.formToken)
      .attach('picture', plain, { filename: 'me.png', contentType: 'image/png' });
    expect(sent.status).toBe(403);
    expect(await rows(id)).toBe(0);
  });

  it('without a session there is only the way to sign in', async () => {
    const browser = new Browser(server);
    await browser.open('/register');
    const sent = await sendFiles(browser, [{ bytes: plain }], browser.formToken);
    expect(sent.status).toBe(303);
    expect(sent.location).toMatch(/^\/oidc\/auth\?/);
    expect(await server.app.get(EntityManager).fork().count(Avatar, { accountId: '' })).toBe(0);
  });

  it('somebody else’s picture cannot be removed or replaced', async () => {
    const [victim, attacker] = [await signedIn(), await signedIn()];
    await sendPicture(victim.browser, plain);
    const address = (await pictureOf(victim.browser))!;
    await sendPicture(attacker.browser, plain);
    await pictureOf(attacker.browser);
    const { path, fields } = attacker.browser.form('remove-picture', {
      id: address.split('/').at(-1)!,
      accountId: victim.id,
    });
    await attacker.browser.post(path, fields);
    expect(await rows(attacker.id)).toBe(0);
    expect(await pictureOf(victim.browser)).toBe(address);
    for (const method of ['DELETE', 'PUT', 'POST'])
      expect((await fetch(server.url + address, { method })).status).toBeGreaterThanOrEqual(403);
    expect((await fetch(server.url + address)).status).toBe(200);
  });

  it('of many uploads at once one picture is left, and it can be seen', async () => {
    const { browser, id } = await signedIn();
    await browser.open('/dashboard/profile');
    const { formToken } = browser;
    const sent = await Promise.all(
      Array.from({ length: 8 }, () => sendFiles(browser, [{ bytes: plain }], formToken)),
    );
    for (const { status } of sent) expect([303, 503]).toContain(status);
    expect(sent.filter(({ status }) => status === 303).length).toBeGreaterThan(0);
    expect(await rows(id)).toBe(1);
    expect((await served(browser)).length).toBeGreaterThan(0);
  });
});
