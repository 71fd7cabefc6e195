import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Delivery } from '../../src/mail/delivery.js';
import { currentTraceId, isWatched } from '../../src/kernel/tracing.js';
import { Application } from '../support/application.js';
import { Browser } from '../support/browser.js';
import { addEnrolled, somebody } from '../support/enrolled.js';
import { Instances } from '../support/instances.js';
import { TestMailbox } from '../support/mailbox.js';
import { OtlpReceiver, type ReceivedSpan } from '../support/otlp-receiver.js';
import { Program } from '../support/program.js';
import { freePort, TestServer } from '../support/server.js';
import { WebhookReceiver, withWebhooks } from '../support/webhook-receiver.js';

const PARENT = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };

describe('traces', () => {
  let collector: OtlpReceiver;
  let mailbox: TestMailbox;
  let hook: WebhookReceiver;
  let server: TestServer;
  beforeAll(async () => {
    collector = await new OtlpReceiver().up();
    mailbox = await TestMailbox.start();
    hook = await WebhookReceiver.at();
    await hook.up();
    server = await TestServer.start({
      clients: withWebhooks({ id: 'all', url: hook.url('secret-path'), events: ['sign-in.completed'] }),
      env: {
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
        OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20of-the-collector',
        OTEL_SERVICE_NAME: 'sign-in of the tests',
        GATEHOUSE_INTERNAL_BACKCHANNEL: 'on',
        SMTP_URL: mailbox.url,
      },
    });
  });
  afterAll(async () => {
    if (isWatched()) await server.stop();
    await mailbox.stop();
    await hook.down();
    await collector.down();
  });

  const named = (spans: readonly ReceivedSpan[], name: string) => spans.filter((span) => span.name === name);

  it('follow a whole sign-in, through database, hash, mail and webhook, and tell of nobody', async () => {
    const person = somebody();
    const account = await addEnrolled(server, person);
    const browser = new Browser(server);
    const notes = new Application(server, 'notes');
    await browser.open(notes.authorizationUrl());
    await browser.enterPassword(person);
    await browser.enterTotp(person);
    const code = notes.codeFrom(browser);
    const tokens = await notes.redeem(code);
    await browser.open('/forgot-password');
    await browser.press('submit', { email: person.email });
    await server.app.get(Delivery).run();
    await (await fetch(`${server.url}/${person.username}?code=hidden-in-the-query`)).text();
    await hook.heard(1);
    const spans = await collector.until(
      (all) => named(all, 'mail').length > 0 && named(all, 'GET other').length > 0,
    );

    const names = new Set(spans.map(({ name }) => name));
    for (const name of [
      'GET /oidc/auth',
      'GET /oidc/auth/:id',
      'POST /oidc/token',
      'POST /interaction/:uid/password',
      'POST /interaction/:uid/totp',
      'password hash',
      'password hash, work',
      'mail',
      'outgoing POST',
      'INSERT audit_event',
    ])
      expect(names).toContain(name);
    const [post] = named(spans, 'POST /interaction/:uid/password');
    expect(post!.attributes).toMatchObject({
      'http.request.method': 'POST',
      'http.route': '/interaction/:uid/password',
      'http.response.status_code': 303,
      'gatehouse.request_id': expect.stringMatching(/^[\w-]{12}$/),
    });
    const within = spans.filter(({ traceId }) => traceId === post!.traceId);
    const [hash] = named(within, 'password hash');
    expect(hash!.parentSpanId).toBe(post!.spanId);
    const [work] = named(within, 'password hash, work');
    expect(work!.parentSpanId).toBe(hash!.spanId);
    expect(work!.milliseconds).toBeGreaterThan(1);
    expect(within.some(({ name }) => /^(SELECT|UPDATE|INSERT) /.test(name))).toBe(true);
    expect(collector.resources[0]).toMatchObject({
      'service.name': 'sign-in of the tests',
      'service.version': expect.stringMatching(/^\d+\.\d+\.\d+/),
    });
    expect(collector.requests[0]).toMatchObject({
      path: '/v1/traces',
      headers: { authorization: 'Bearer of-the-collector' },
    });

    const secrets = [
      person.username,
      person.email,
      person.password,
      account.id,
      code,
      tokens.access_token!,
      tokens.id_token!,
      'notes-secret',
      'hidden-in-the-query',
      'secret-path',
      ...Object.values(browser.cookies('/')),
    ];
    for (const secret of secrets) expect(collector.raw).not.toContain(secret);
    for (const name of names)
      expect(name).toMatch(
        /^((GET|POST|HEAD) (other|\/[\w:/.-]*)|outgoing (GET|POST)|mail|password hash(, work)?|[A-Z]+( [a-z_]+)?)$/,
      );
    const keys = new Set(spans.flatMap(({ attributes }) => Object.keys(attributes)));
    expect([...keys].filter((key) => !KNOWN.includes(key))).toEqual([]);
  });

  it('belong to the trace of whoever asks, whether or not it wanted that one kept', async () => {
    const headers = (flags: string) => ({ traceparent: `00-${PARENT.traceId}-${PARENT.spanId}-${flags}` });
    await (await fetch(`${server.url}/health/live`, { headers: headers('01') })).text();
    await (await fetch(`${server.url}/health/ready`, { headers: headers('00') })).text();
    const spans = await collector.until(
      (all) => named(all, 'GET /health/live').length + named(all, 'GET /health/ready').length >= 2,
    );
    for (const name of ['GET /health/live', 'GET /health/ready'])
      expect(named(spans, name)[0]).toMatchObject({ traceId: PARENT.traceId, parentSpanId: PARENT.spanId });
    for (const traceparent of ['x', `00-${'0'.repeat(32)}-${PARENT.spanId}-01`, `00-${PARENT.traceId}-zz-01`])
      expect((await fetch(`${server.url}/health/live`, { headers: { traceparent } })).status).toBe(200);
  });

  it('wait for nobody when the collector is gone, and what is left is sent at a stop', async () => {
    const { port } = collector;
    await collector.down();
    for (let n = 0; n < 5; n++) expect((await fetch(`${server.url}/health/live`)).status).toBe(200);
    const started = performance.now();
    await fetch(`${server.url}/oidc/jwks`);
    expect(performance.now() - started).toBeLessThan(1_000);
    await collector.up(port);
    collector.spans.length = 0;
    await (await fetch(`${server.url}/login`)).text();
    await server.stop();
    expect(collector.spans.length).toBeGreaterThan(0);
    expect(isWatched()).toBe(false);
  });
});

const KNOWN = [
  'http.request.method',
  'http.route',
  'http.response.status_code',
  'gatehouse.request_id',
  'server.address',
  'db.system.name',
  'error.type',
];

describe('the built program', () => {
  it('sends what is left when it is stopped', async () => {
    const collector = await new OtlpReceiver().up();
    const instances = await Instances.start(1, { env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint } });
    try {
      const port = await freePort();
      const program = new Program({ ...instances.environment(port), GATEHOUSE_LOG_LEVEL: 'log' });
      await program.said('Gatehouse is ready');
      collector.spans.length = 0;
      await (await fetch(`http://localhost:${port}/oidc/auth?client_id=notes`)).text();
      await program.ended('SIGTERM');
      const [request] = collector.spans.filter(({ name }) => name === 'GET /oidc/auth');
      const statements = collector.spans.filter(({ parentSpanId }) => parentSpanId === request!.spanId);
      expect(statements.map(({ name }) => name)).toContain('SELECT client');
    } finally {
      await instances.stop();
      await collector.down();
    }
  }, 60_000);
});

describe('without a collector', () => {
  it('nothing is watched', async () => {
    const server = await TestServer.start();
    expect(isWatched()).toBe(false);
    expect(currentTraceId()).toBeUndefined();
    expect(Object.hasOwn(server.app.getHttpServer() as object, 'emit')).toBe(false);
    await server.stop();
  });

  it('that answers, a stop does not wait long', async () => {
    const server = await TestServer.start({
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${await freePort()}` },
    });
    expect((await fetch(`${server.url}/health/live`)).status).toBe(200);
    const started = performance.now();
    await server.stop();
    expect(performance.now() - started).toBeLessThan(4_000);
  });
});
