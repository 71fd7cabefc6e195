import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createServer, request, type Server } from 'node:http';
import { Application } from '../support/application.js';
import { Browser } from '../support/browser.js';
import { ada } from '../support/people.js';
import { freePort, TestServer } from '../support/server.js';

const ENDPOINTS = [
  'authorization_endpoint',
  'token_endpoint',
  'jwks_uri',
  'userinfo_endpoint',
  'end_session_endpoint',
  'introspection_endpoint',
  'revocation_endpoint',
];

/** A reverse proxy as people have them: it may take its path away, and says in its headers what it was asked for. */
function reverseProxy(target: number, rewrite: (path: string) => string): Server {
  return createServer((incoming, outgoing) => {
    const headers = {
      ...incoming.headers,
      host: `127.0.0.1:${target}`,
      'x-forwarded-proto': 'http',
      'x-forwarded-host': 'elsewhere.example',
    };
    const onward = request(
      { port: target, path: rewrite(incoming.url!), method: incoming.method, headers },
      (answer) => {
        outgoing.writeHead(answer.statusCode!, answer.headers);
        answer.pipe(outgoing);
      },
    );
    onward.on('error', () => outgoing.destroy());
    incoming.pipe(onward);
  });
}

describe.each([
  ['passed on', (path: string) => path],
  ['taken away', (path: string) => path.replace(/^\/id/, '') || '/'],
])('under a path of the public URL that the proxy has %s', (_how, rewrite) => {
  const person = ada();
  let server: TestServer;
  let proxy: Server;
  beforeAll(async () => {
    const [publicPort, port] = [await freePort(), await freePort()];
    proxy = reverseProxy(port, rewrite).listen(publicPort);
    server = await TestServer.start({ behind: { publicUrl: `http://localhost:${publicPort}/id`, port } });
    await server.addPerson(person);
  });
  afterAll(async () => {
    await server.stop();
    proxy.closeAllConnections();
    proxy.close();
  });

  it('discovery is where both specifications look for it, and every address has the path', async () => {
    const { origin } = new URL(server.url);
    for (const address of [
      `${server.url}/.well-known/openid-configuration`,
      `${origin}/.well-known/oauth-authorization-server/id`,
    ]) {
      const document = (await (await fetch(address)).json()) as Record<string, string>;
      expect(document['issuer']).toBe(server.url);
      for (const name of ENDPOINTS) expect(document[name]).toMatch(new RegExp(`^${server.url}/oidc/`));
    }
  });

  it('the whole journey works', async () => {
    const browser = new Browser(server);
    await browser.signIn(person);
    expect(browser.page.path).toBe('/id/dashboard');
    for (const asset of browser.page.html.querySelectorAll('link[href], script[src], img[src]')) {
      const address = (asset.getAttribute('href') ?? asset.getAttribute('src'))!.replaceAll('&#x3D;', '=');
      expect(address).toMatch(/^\/id\/assets\//);
      expect((await fetch(new URL(address, server.url))).status).toBe(200);
    }
    const notes = new Application(server, 'notes');
    await browser.open(notes.authorizationUrl());
    expect((await notes.redeem(notes.codeFrom(browser))).claims['iss']).toBe(server.url);
    await browser.open('/dashboard');
    await browser.press('sign-out');
    expect(browser.page.path).toBe('/id/signed-out');
  });
});
