import { connect } from 'node:net';

/**
 * An HTTP/1.1 client that costs little: what generates the load shares the cores with what is measured.
 * One request at a time on one connection that stays open.
 */
export class Connection {
  #socket;
  #waiting;
  #received = '';
  #broken;

  static open(port) {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true });
      socket.setEncoding('latin1');
      socket.once('error', reject);
      socket.once('connect', () => resolve(new Connection(socket, reject)));
    });
  }

  constructor(socket, onEarlyError) {
    this.#socket = socket;
    socket.off('error', onEarlyError);
    socket.on('data', (text) => this.#take(text));
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () => this.#fail(new Error('the server closed the connection')));
  }

  /** @param text a whole request, as `request` writes it @returns {Promise<Answer>} */
  send(text) {
    if (this.#broken) return Promise.reject(this.#broken);
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#socket.write(text, 'latin1');
    });
  }

  close() {
    this.#socket.destroy();
  }

  #take(text) {
    this.#received += text;
    const end = this.#received.indexOf('\r\n\r\n');
    if (end < 0) return;
    const head = this.#received.slice(0, end + 2);
    const rest = this.#received.slice(end + 4);
    const body = bodyOf(head, rest);
    if (body === undefined) return;
    this.#received = '';
    const { resolve } = this.#waiting;
    this.#waiting = undefined;
    resolve(new Answer(head, body));
  }

  #fail(error) {
    this.#broken = error;
    this.#waiting?.reject(error);
    this.#waiting = undefined;
  }
}

class Answer {
  constructor(head, body) {
    this.head = head;
    this.body = body;
    this.status = Number(head.slice(9, 12));
  }

  get location() {
    return /\r\nlocation: ([^\r]*)/i.exec(this.head)?.[1];
  }

  get cookies() {
    return [...this.head.matchAll(/\r\nset-cookie: ([^\r]*)/gi)].map(([, line]) => line);
  }

  get json() {
    return JSON.parse(this.body);
  }
}

/** @returns undefined while it is not complete */
function bodyOf(head, rest) {
  const length = /\r\ncontent-length: (\d+)/i.exec(head);
  if (length) return rest.length >= Number(length[1]) ? rest : undefined;
  if (!/\r\ntransfer-encoding: chunked/i.test(head)) return '';
  if (!rest.endsWith('0\r\n\r\n')) return undefined;
  let body = '';
  for (let at = 0; ;) {
    const line = rest.indexOf('\r\n', at);
    const size = parseInt(rest.slice(at, line), 16);
    if (size === 0) return body;
    body += rest.slice(line + 2, line + 2 + size);
    at = line + 4 + size;
  }
}

/** @param headers as an object @param form the fields of a form; undefined: there is no body */
export function request(method, path, host, headers = {}, form) {
  const body = form === undefined ? '' : new URLSearchParams(form).toString();
  const lines = [`${method} ${path} HTTP/1.1`, `Host: ${host}`];
  for (const [name, value] of Object.entries(headers)) if (value) lines.push(`${name}: ${value}`);
  if (form !== undefined)
    lines.push('Content-Type: application/x-www-form-urlencoded', `Content-Length: ${body.length}`);
  return `${lines.join('\r\n')}\r\n\r\n${body}`;
}
