import { request } from './connection.mjs';

/** A browser's window on one connection: keeps cookies by path, and goes where it is sent within the server. */
export class Window {
  #jar = new Map();

  constructor(host) {
    this.host = host;
  }

  /** @returns the answer that leads outside, or the page */
  async open(connection, path, form) {
    let answer = await this.once(connection, path, form);
    for (let hops = 0; answer.status === 303 && hops < 10; hops++) {
      const next = new URL(answer.location, `http://${this.host}`);
      if (next.host !== this.host) {
        this.sentTo = next;
        return answer;
      }
      this.path = next.pathname;
      answer = await this.once(connection, next.pathname + next.search);
    }
    return answer;
  }

  async once(connection, path, form) {
    const headers = {
      Cookie: this.#cookiesFor(path),
      'User-Agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
      Accept: 'text/html',
      'Accept-Language': 'en',
      ...(form ? { Origin: `http://${this.host}`, 'Sec-Fetch-Site': 'same-origin' } : {}),
    };
    const answer = await connection.send(request(form ? 'POST' : 'GET', path, this.host, headers, form));
    for (const line of answer.cookies) this.#keep(line);
    return answer;
  }

  /** The person closes the browser and comes back: what identifies the browser stays, the session does not. */
  forget(pattern) {
    for (const [key, { name }] of this.#jar) if (pattern.test(name)) this.#jar.delete(key);
  }

  #keep(line) {
    const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
    const path = /; ?path=([^;]*)/i.exec(line)?.[1] ?? '/';
    const expires = /; ?expires=([^;]*)/i.exec(line)?.[1];
    const key = `${name} ${path}`;
    if (expires && new Date(expires) <= new Date()) this.#jar.delete(key);
    else this.#jar.set(key, { name, value, path });
  }

  #cookiesFor(address) {
    const [path] = address.split('?');
    const fitting = [...this.#jar.values()].filter(
      (cookie) => path === cookie.path || path.startsWith(cookie.path === '/' ? '/' : `${cookie.path}/`),
    );
    return fitting.map(({ name, value }) => `${name}=${value}`).join('; ');
  }
}
