import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { addPeople, gatehouseSettings, startGatehouse } from './gatehouse.mjs';
import { signIn, signInBare } from './journeys.mjs';
import { Connection } from './connection.mjs';
import { freePort, MeasuredServer } from './process.mjs';
import { Window } from './window.mjs';

/** A measured server and the people who sign in there, one after the other, each in a browser of their own. */
export class Subject {
  #next = 0;

  /** @param host as the public URL writes it; absent: the server's own port */
  constructor(start, people, signInAs, host) {
    this.host = host;
    this.start = start;
    this.people = people;
    this.signInAs = signInAs;
  }

  /** Starts it anew; what it has stored stays. */
  async restart() {
    await this.server?.stop();
    this.server = await this.start();
    this.name = this.server.name;
    this.host ??= `localhost:${this.server.port}`;
    this.token ??= await this.#firstToken();
  }

  nextPerson() {
    const person = this.people[this.#next++ % this.people.length];
    person.window ??= new Window(this.host);
    return { person, window: person.window };
  }

  /** Each person has at least two codes in any half-minute; one is kept for what comes next. */
  peopleLeft() {
    return this.people.length - 100;
  }

  signIn(connection, window, _number, scope) {
    return this.signInAs(connection, window, this.nextPerson().person, scope);
  }

  async #firstToken() {
    const connection = await Connection.open(this.server.port);
    const { access_token: token } = await this.signIn(connection, new Window(this.host), 0);
    connection.close();
    return token;
  }
}

/** @param extra settings of Gatehouse's */
export async function gatehouse(folder, { people: count, extra, flags }) {
  const env = await gatehouseSettings(folder, extra);
  const people = await addPeople(env, count);
  return new Subject(() => startGatehouse(env, 'gatehouse', flags), people, signIn);
}

export async function bare(folder, { people: count, flags }) {
  const port = await freePort();
  mkdirSync(folder, { recursive: true });
  const env = { PORT: String(port), DATABASE: join(folder, 'bare.sqlite') };
  const people = Array.from({ length: count }, (_, index) => ({ username: `person${index}` }));
  const start = () =>
    MeasuredServer.start({ name: 'bare', program: 'test/bench/bare.mjs', env, port, flags });
  return new Subject(start, people, signInBare);
}
