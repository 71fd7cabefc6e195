import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { Application } from '../support/application.js';
import { Browser } from '../support/browser.js';
import { database, freshPostgresql } from '../support/database.js';
import { bea } from '../support/people.js';
import { TestServer } from '../support/server.js';

/** Takes a database away and gives it back. */
interface Outage {
  begin(): Promise<void> | void;
  end(): Promise<void> | void;
}

/** Another program that holds the SQLite file and does not let go. (In this process it would not count: POSIX locks are per process.) */
class Locker implements Outage {
  private holder: ChildProcess | undefined;

  constructor(private readonly file: string) {}

  async begin(): Promise<void> {
    const script = `const { DatabaseSync } = require('node:sqlite'); new DatabaseSync(${JSON.stringify(this.file)}).exec('BEGIN IMMEDIATE'); console.log('held'); process.stdin.resume()`;
    this.holder = spawn(process.execPath, ['-e', script], { stdio: ['pipe', 'pipe', 'ignore'] });
    await once(this.holder.stdout!, 'data');
  }

  async end(): Promise<void> {
    if (!this.holder) return;
    const exit = once(this.holder, 'exit');
    this.holder.kill();
    await exit;
    this.holder = undefined;
  }
}

/** A line to PostgreSQL that can be cut. */
class Line implements Outage {
  private readonly sockets = new Set<Socket>();
  private cut = false;
  readonly server: Server;

  constructor(target: URL) {
    this.server = createServer((near) => {
      if (this.cut) return near.destroy();
      const far = connect(Number(target.port), target.hostname);
      for (const socket of [near, far]) {
        this.sockets.add(socket);
        socket.on('error', () => socket.destroy()).on('close', () => this.sockets.delete(socket));
      }
      return near.pipe(far).pipe(near);
    });
  }

  begin(): void {
    this.cut = true;
    for (const socket of this.sockets) socket.destroy();
  }

  end(): void {
    this.cut = false;
  }
}

describe('while the database is away', () => {
  const person = bea();
  let server: TestServer;
  let outage: Outage;
  let cleanUp = async () => {};

  beforeAll(async () => {
    if (database === 'postgresql') {
      const fresh = await freshPostgresql();
      const { url } = fresh;
      const line = new Line(new URL(url));
      await new Promise<void>((resolve) => line.server.listen(0, '127.0.0.1', resolve));
      const through = new URL(url);
      through.port = String((line.server.address() as { port: number }).port);
      server = await TestServer.start({ env: { DATABASE_URL: through.href } });
      outage = line;
      cleanUp = async () => {
        line.server.close();
        line.begin();
        await fresh.drop();
      };
    } else {
      server = await TestServer.start();
      const locker = new Locker(join(server.dataDir, 'gatehouse.sqlite'));
      outage = locker;
      cleanUp = async () => locker.end();
    }
    await server.addPerson(person);
  });
  afterAll(async () => {
    await server.stop();
    await cleanUp();
  });

  it('pages and endpoints say "later" at once, nobody gets in, and all is well again afterwards', async () => {
    const browser = new Browser(server);
    await browser.open('/dashboard');

    await outage.begin();
    const started = performance.now();
    const page = await browser.enterPassword(person);
    expect(performance.now() - started).toBeLessThan(3_000);
    expect(page.status).toBe(503);
    expect(Number(page.headers['retry-after'])).toBeGreaterThan(0);
    expect(page.text).toContain('does not work just now');
    expect(page.html.toString()).not.toMatch(/SQLITE|ECONN|at .*\.js/);

    const authorization = await fetch(new Application(server, 'notes').authorizationUrl(), {
      redirect: 'manual',
    });
    expect(authorization.status).toBe(503);
    expect(authorization.headers.get('retry-after')).toBeTruthy();
    const shown = await new Browser(server, { Accept: 'text/html' }).open(
      new Application(server, 'notes').authorizationUrl(),
    );
    expect(shown.status).toBe(503);
    expect(shown.text).toContain('does not work just now');
    expect((await fetch(`${server.url}/.well-known/openid-configuration`)).status).toBe(200);
    await outage.end();

    const back = performance.now();
    let after = await browser.open('/dashboard');
    while (after.status !== 200 && performance.now() - back < 10_000)
      after = await browser.open('/dashboard');
    await browser.enterPassword(person);
    expect(browser.page.path).toBe('/dashboard');
  });
});
