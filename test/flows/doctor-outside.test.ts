import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { causes, findings, troubles } from '../support/doctor.js';
import { appending, LittleProxy, trustProxies } from '../support/little-proxy.js';
import { freePort, TestServer } from '../support/server.js';

let server: TestServer;
let proxy: LittleProxy;

async function begin(path = '', env: Record<string, string> = {}, tls?: 'current'): Promise<void> {
  const [publicPort, port] = [await freePort(), await freePort()];
  proxy = await LittleProxy.start(publicPort, port, tls);
  const publicUrl = `${tls ? 'https' : 'http'}://localhost:${publicPort}${path}`;
  server = await TestServer.start({ behind: { publicUrl, port }, env });
}

async function end(): Promise<void> {
  await server.stop();
  proxy.stop();
}

describe('the doctor, where a proxy stands in front', () => {
  beforeAll(() => begin('', { GATEHOUSE_TRUSTED_PROXY_HOPS: '1' }));
  afterAll(end);
  afterEach(() => {
    proxy.manners = {};
  });

  it('finds nothing where all is well', async () => {
    proxy.manners = { headers: appending };
    expect(await troubles(server.env)).toEqual([]);
    expect((await findings(server.env)).map(({ check }) => check)).toEqual(
      expect.arrayContaining(['dns', 'issuer', 'redirects', 'cookies', 'hops', 'proxy', 'clock']),
    );
  });

  it('names a proxy that drops the port of the host it passes on', async () => {
    proxy.manners = { headers: (headers) => appending({ ...headers, host: 'localhost' }) };
    expect(await causes(server.env)).toEqual(['port-dropped']);
  });

  it('names a proxy that drops the port of redirects', async () => {
    const dropped = (location: string) =>
      `http://localhost${location.replace(/^http:\/\/localhost:\d+/, '')}`;
    proxy.manners = {
      headers: appending,
      answer: (headers) => (headers.location ? { ...headers, location: dropped(headers.location) } : headers),
    };
    const [trouble, ...others] = await troubles(server.env);
    expect(others).toEqual([]);
    expect(trouble).toMatchObject({ level: 'error', cause: 'port-dropped', check: 'redirects' });
    expect(trouble!.mend).toContain('$http_host');
  });

  it('names http where the proxy wants https', async () => {
    proxy.manners = {
      instead: (path) => ({
        status: 301,
        headers: { location: server.url.replace('http:', 'https:') + path },
      }),
    };
    const found = await troubles(server.env);
    expect(found.map(({ cause }) => cause)).toEqual(['scheme']);
    expect(found[0]!.mend).toContain('https: in GATEHOUSE_URL');
  });

  it('names https where nothing speaks TLS', async () => {
    const env = { ...server.env, GATEHOUSE_URL: server.url.replace('http:', 'https:') };
    expect(await causes(env)).toEqual(['tls-missing']);
  });

  it('names another program at the public URL', async () => {
    proxy.manners = { instead: () => ({ status: 200, body: '<h1>Welcome to nginx!</h1>' }) };
    expect(await causes(server.env)).toEqual(['other-program']);
  });

  it('names a proxy behind which nothing answers', async () => {
    proxy.manners = { instead: () => ({ status: 502, body: 'Bad Gateway' }) };
    expect(await causes(server.env)).toEqual(['server-away']);
  });

  it('names a server that has another public URL than this command', async () => {
    proxy.manners = { headers: appending };
    const env = { ...server.env, GATEHOUSE_URL: server.url.replace('localhost', '127.0.0.1') };
    expect(await causes(env)).toEqual(['issuer-other']);
  });

  it('names a public URL that resolves nowhere', async () => {
    expect(await causes({ ...server.env, GATEHOUSE_URL: 'https://id.gatehouse.invalid' })).toEqual(['dns']);
  });

  it('names a public URL where nothing listens', async () => {
    const env = { ...server.env, GATEHOUSE_URL: `http://localhost:${await freePort()}` };
    expect(await causes(env)).toEqual(['unreachable']);
  });

  it('names cookies that do not arrive, or not as they were sent', async () => {
    proxy.manners = { headers: appending, answer: (headers) => ({ ...headers, 'set-cookie': [] }) };
    expect(await causes(server.env)).toEqual(['cookies-lost']);
    const open = (cookie: string) => cookie.replace('; HttpOnly', '');
    proxy.manners = {
      headers: appending,
      answer: (headers) => ({ ...headers, 'set-cookie': (headers['set-cookie'] ?? []).map(open) }),
    };
    const found = await troubles(server.env);
    expect(found.map(({ cause }) => cause)).toEqual(['cookies-changed']);
    expect(found[0]!.says).toContain('without httponly');
  });

  it('names a proxy that passes on what the client says of its address', async () => {
    const found = await troubles(server.env);
    expect(found.map(({ cause }) => cause)).toEqual(['hops-too-many']);
    expect(found[0]).toMatchObject({ level: 'error' });
    expect(found[0]!.mend).toContain('$proxy_add_x_forwarded_for');
  });

  it('names a proxy that says nothing of the client’s address', async () => {
    proxy.manners = { headers: ({ 'x-forwarded-for': _, ...headers }) => headers };
    expect(await causes(server.env)).toEqual(['addresses-unknown']);
  });
});

describe.each([
  ['0', 'hops-too-few'],
  ['2', 'hops-too-many'],
])('the doctor, where %s trusted proxies are set and one stands in front', (hops, cause) => {
  beforeAll(() => begin('', { GATEHOUSE_TRUSTED_PROXY_HOPS: hops }));
  afterAll(end);

  it(`names it: ${cause}, and the right number`, async () => {
    proxy.manners = { headers: appending };
    const found = await troubles(server.env);
    expect(found.map((each) => each.cause)).toEqual([cause]);
    expect(found[0]!.mend).toContain('GATEHOUSE_TRUSTED_PROXY_HOPS=1 ');
  });

  it('goes by what the running server believes, not by a setting that waits for its restart', async () => {
    proxy.manners = { headers: appending };
    expect(await causes({ ...server.env, GATEHOUSE_TRUSTED_PROXY_HOPS: '1' })).toEqual([cause]);
  });
});

describe('the doctor, where the public URL has a path', () => {
  beforeAll(() => begin('/id', { GATEHOUSE_TRUSTED_PROXY_HOPS: '1' }));
  afterAll(end);

  it.each([
    ['kept', (path: string) => path],
    ['stripped', (path: string) => path.replace(/^\/id/, '') || '/'],
  ])('finds nothing when it is %s', async (_how, path) => {
    proxy.manners = { path, headers: appending };
    expect(await troubles(server.env)).toEqual([]);
  });

  it('names a proxy that leads only the root here', async () => {
    proxy.manners = {
      instead: (path) => (path.startsWith('/id/') ? { status: 404, body: 'no' } : undefined),
    };
    expect(await causes(server.env)).toEqual(['path-not-passed']);
  });

  it('names a proxy that passes on another path than was asked for', async () => {
    proxy.manners = { path: () => '/id/' };
    expect(await causes(server.env)).toEqual(['path-changed']);
  });
});

describe('the doctor, where the proxy speaks TLS', () => {
  let forget: () => void;
  beforeAll(async () => {
    await begin('', { GATEHOUSE_TRUSTED_PROXY_HOPS: '1' }, 'current');
    proxy.manners = { headers: appending };
  });
  afterEach(() => forget?.());
  afterAll(end);

  it('finds nothing where the certificate is believed', async () => {
    forget = trustProxies();
    const found = await findings(server.env);
    expect(found.filter(({ level }) => level !== 'fine')).toEqual([]);
    expect(found.find(({ check }) => check === 'tls')?.says).toContain('valid until');
  });

  it('names a certificate that is not believed', async () => {
    expect(await causes(server.env)).toEqual(['tls-untrusted']);
  });

  it('names one that has expired', async () => {
    forget = trustProxies();
    const port = await freePort();
    const other = await LittleProxy.start(port, Number(server.env['GATEHOUSE_PORT']), 'expired');
    const found = await causes({ ...server.env, GATEHOUSE_URL: `https://localhost:${port}` });
    other.stop();
    expect(found).toEqual(['tls-expired']);
  });

  it('names http where something speaks TLS', async () => {
    const env = { ...server.env, GATEHOUSE_URL: server.url.replace('https:', 'http:') };
    expect(await causes(env)).toEqual(['http-missing']);
  });
});
