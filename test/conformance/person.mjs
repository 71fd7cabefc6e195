/**
 * Fills in every claim of the person that the suite signs in, as they would themselves on the account pages:
 *
 *   node test/conformance/person.mjs <issuer> <directory of prepare.mjs>
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'node-html-parser';

const DETAILS = {
  givenName: 'Connie',
  middleName: 'F.',
  familyName: 'Ormance',
  nickname: 'conny',
  gender: 'female',
  birthdate: '1990-02-28',
  profilePage: 'https://conny.example/',
  website: 'https://www.example.org/',
  phoneNumber: '+4930901820',
  street: 'Example Street 1',
  postalCode: '10115',
  locality: 'Berlin',
  region: 'Berlin',
  country: 'Germany',
};
/** Of one pixel. */
const PICTURE = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

/** Keeps cookies by name and path, which is enough for one server. */
class Pages {
  #cookies = new Map();

  constructor(issuer) {
    this.base = new URL(issuer);
    this.prefix = this.base.pathname.replace(/\/$/, '');
  }

  async request(address, body, hops = 0) {
    const url = new URL(address, this.base);
    const cookies = [...this.#cookies.values()].filter(({ path }) => url.pathname.startsWith(path));
    const response = await fetch(url, {
      method: body ? 'POST' : 'GET',
      body,
      redirect: 'manual',
      headers: { Origin: this.base.origin, Cookie: cookies.map(({ pair }) => pair).join('; ') },
    });
    for (const line of response.headers.getSetCookie()) {
      const [pair, ...attributes] = line.split(/; */);
      const path = attributes.find((each) => /^path=/i.test(each))?.slice(5) ?? '/';
      this.#cookies.set(`${pair.split('=')[0]} ${path}`, { pair, path });
    }
    const next = response.headers.get('location');
    if (next && hops < 15) return this.request(new URL(next, url), undefined, hops + 1);
    if (!response.ok) throw new Error(`${url.pathname}: ${response.status}`);
    this.page = parse(await response.text());
    this.at = url;
  }

  open(path) {
    return this.request(this.prefix + path);
  }

  /** Sends the form of a button. */
  async press(button, typed, encode = (fields) => new URLSearchParams(fields)) {
    const form = this.page.querySelector(button)?.closest('form');
    if (!form) throw new Error(`no ${button} at ${this.at.pathname}`);
    const fields = Object.fromEntries(
      form
        .querySelectorAll('input[name]:not([type=file])')
        .map((input) => [input.getAttribute('name'), input.getAttribute('value') ?? '']),
    );
    await this.request(
      new URL(form.getAttribute('action').replaceAll('&amp;', '&'), this.at),
      encode({ ...fields, ...typed }),
    );
  }
}

/** @param person user name and password; the account has no second factor */
export async function fillIn(issuer, { username, password }) {
  const pages = new Pages(issuer);
  await pages.open('/dashboard');
  await pages.press('#submit', { username, password });
  await pages.press('button[name=locale]', { locale: 'de' });
  await pages.press('button[name=locale]', { locale: 'en' });
  await pages.open('/dashboard/details');
  await pages.press('#submit', DETAILS);
  await pages.open('/dashboard/profile');
  await pages.press('#submit', { displayName: 'Connie Ormance', timeZone: 'Europe/Berlin' });
  await pages.open('/dashboard/profile');
  await pages.press('#set-picture', {}, (fields) => {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.set(name, value);
    form.set('picture', new Blob([PICTURE], { type: 'image/png' }), 'conformance.png');
    return form;
  });
}

if (process.argv[1] === import.meta.filename) {
  const [issuer, directory] = process.argv.slice(2);
  await fillIn(issuer, JSON.parse(readFileSync(join(directory, 'person.json'), 'utf8')));
  console.log('every claim is filled in');
}
