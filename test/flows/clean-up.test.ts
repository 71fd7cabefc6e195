import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { NestFactory } from '@nestjs/core';
import { AppModule } from '../../src/app.module.js';
import { loadConfig } from '../../src/config/load.js';
import { Sql } from '../../src/database/sql.js';
import { Repeating } from '../../src/kernel/repeating.js';
import { CleanUp } from '../../src/ops/clean-up.js';
import { Application } from '../support/application.js';
import { Browser } from '../support/browser.js';
import { bea } from '../support/people.js';
import { TestServer } from '../support/server.js';

describe('the clean-up', () => {
  const person = bea();
  let server: TestServer;
  let sql: Sql;
  beforeAll(async () => {
    server = await TestServer.start();
    sql = server.app.get(Sql);
    await server.addPerson(person);
  });
  afterAll(() => server.stop());

  const count = async () =>
    Number((await sql.rows<{ n: number | string }>('SELECT count(*) AS n FROM oidc_record'))[0]!.n);

  it('removes what has expired, a little at a time, while sign-ins go on as fast as ever', async () => {
    const expired = Math.floor(server.clock.now().getTime() / 1000) - 60;
    await sql.transaction(async (transaction) => {
      for (let index = 0; index < 5_000; index++) {
        await transaction.run(
          'INSERT INTO oidc_record (kind, id_hash, payload, expires_at) VALUES (?, ?, ?, ?)',
          'AccessToken',
          `expired-${index}`,
          'x'.repeat(600),
          expired,
        );
      }
    });
    const browser = new Browser(server);
    await browser.signIn(person);
    expect(await count()).toBeGreaterThan(5_000);

    const cleaning = server.app.get(CleanUp).run();
    const times: number[] = [];
    let done = false;
    void cleaning.then(() => (done = true));
    while (!done) {
      const started = performance.now();
      const notes = new Application(server, 'notes');
      await browser.open(notes.authorizationUrl());
      notes.codeFrom(browser);
      times.push(performance.now() - started);
    }
    expect(times.length).toBeGreaterThan(3);
    expect(times.sort((a, b) => a - b)[Math.floor(times.length / 2)]).toBeLessThan(250);
    expect(await count()).toBeLessThan(500);
    // What is still in use stays.
    await browser.open('/dashboard');
    expect(browser.page.path).toBe('/dashboard');
  });

  it('is a server’s work, as all that is done again and again is, and no command’s in the shell', async () => {
    const start = jest.spyOn(Repeating.prototype, 'start');
    const command = await NestFactory.createApplicationContext(AppModule.with(loadConfig(server.env)), {
      logger: false,
    });
    expect(start).not.toHaveBeenCalled();
    await command.close();
    start.mockRestore();
  });
});
