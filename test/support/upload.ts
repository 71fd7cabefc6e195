import type { Browser } from './browser.js';

export interface SentFile {
  readonly bytes: Buffer;
  readonly name?: string;
  readonly type?: string;
  readonly field?: string;
}

export interface Sent {
  readonly status: number;
  /** Where the answer leads. */
  readonly location: string | undefined;
  readonly text: string;
}

export const UPLOAD = '/dashboard/profile/picture';

/**
 * Sends files as the form on the profile page would, or another such form, and follows nothing.
 * @param token the form's; null: none
 */
export async function sendFiles(
  browser: Browser,
  files: readonly SentFile[],
  token: string | null,
  path = UPLOAD,
  fields: Record<string, string> = {},
): Promise<Sent> {
  const origin = new URL(browser.server.url).origin;
  const request = browser.agent
    .post(path)
    .set('Origin', origin)
    .redirects(0)
    .ok(() => true);
  if (token !== null) void request.field('_csrf', token);
  for (const [name, value] of Object.entries(fields)) void request.field(name, value);
  for (const { bytes, name = 'me.png', type = 'image/png', field = 'picture' } of files)
    void request.attach(field, bytes, { filename: name, contentType: type });
  const { status, headers, text } = await request;
  return { status, location: headers['location'], text };
}

/** Opens the profile page and sends one file from it. */
export async function sendPicture(
  browser: Browser,
  bytes: Buffer,
  more: Partial<SentFile> = {},
): Promise<Sent> {
  await browser.open('/dashboard/profile');
  return sendFiles(browser, [{ bytes, ...more }], browser.formToken);
}

/** The address of the picture that the profile page shows. */
export async function pictureOf(browser: Browser): Promise<string | undefined> {
  await browser.open('/dashboard/profile');
  return browser.page.html.querySelector('img.portrait')?.getAttribute('src');
}
