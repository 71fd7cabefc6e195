import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { postForm, TargetRefused } from './outgoing.js';
import { isPublicAddress } from './public-address.js';

describe('a public address', () => {
  it.each([
    '93.184.215.14',
    '8.8.8.8',
    '100.63.255.255',
    '100.128.0.0',
    '172.15.255.255',
    '172.32.0.0',
    '2606:2800:21f:cb07:6820:80da:af6b:8b2c',
    '2a00:1450:4001:800::200e',
    // The public 8.8.8.8 by NAT64.
    '64:ff9b::808:808',
  ])('is %s', (address) => expect(isPublicAddress(address)).toBe(true));

  it.each([
    '0.0.0.0',
    '0.1.2.3',
    '10.0.0.1',
    '100.64.0.1',
    '100.127.255.255',
    '127.0.0.1',
    '127.255.255.254',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.192',
    '192.0.2.1',
    '192.168.1.1',
    '198.18.0.1',
    '198.51.100.1',
    '203.0.113.1',
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
    '168.63.129.16',
    '::',
    '::1',
    '0:0:0:0:0:0:0:1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::ffff:8.8.8.8',
    '::127.0.0.1',
    '64:ff9b::7f00:1',
    '64:ff9b::169.254.169.254',
    '64:ff9b::',
    '64:ff9b:1::1',
    '2001::1',
    '2001:db8::1',
    '2002:7f00:1::',
    '3fff::1',
    'fc00::1',
    'fd00:ec2::254',
    'fe80::1',
    'fe80::1%lo',
    'fec0::1',
    'ff02::1',
    'localhost',
    '',
    '127.1',
  ])('is not %j', (address) => expect(isPublicAddress(address)).toBe(false));
});

describe('an outgoing request', () => {
  const received: { method: string; url: string; body: string; headers: IncomingMessage['headers'] }[] = [];
  let answer: (res: ServerResponse) => void = (res) => res.end();
  let server: Server;
  let origin: string;

  beforeAll(async () => {
    server = createServer((req, res) => {
      let body = '';
      req.on('data', (chunk: Buffer) => (body += chunk.toString()));
      req.on('end', () => {
        received.push({ method: req.method!, url: req.url!, body, headers: req.headers });
        answer(res);
      });
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    origin = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  const post = (address: string, { internal = false, within = 2000 } = {}) =>
    postForm(new URL(address), { logout_token: 'a b&c' }, { internal, signal: AbortSignal.timeout(within) });

  it('reaches an internal address only when the operator says so', async () => {
    expect(await post(`http://${origin}/logout?x=1`, { internal: true })).toBe(200);
    expect(received.pop()).toMatchObject({
      method: 'POST',
      url: '/logout?x=1',
      body: 'logout_token=a+b%26c',
      headers: { 'content-type': 'application/x-www-form-urlencoded', connection: 'close' },
    });
    await expect(post(`http://${origin}/logout`)).rejects.toThrow(TargetRefused);
    expect(received).toEqual([]);
  });

  it.each([
    'https://127.0.0.1/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://0177.0.0.1/',
    'https://[::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[::ffff:a9fe:a9fe]/',
    'https://169.254.169.254/latest/meta-data/',
    'https://0.0.0.0/',
    'https://[fd00:ec2::254]/',
    // A name is resolved, and what it resolves to is refused.
    'https://localhost/',
    'https://LOCALHOST/',
    'http://93.184.215.14/',
    'ftp://93.184.215.14/',
    'file:///etc/passwd',
  ])('is not sent to %s', async (address) => {
    await expect(post(address)).rejects.toThrow(TargetRefused);
  });

  it('never leaves in the clear for the public internet', async () => {
    await expect(post('http://93.184.215.14/', { internal: true })).rejects.toThrow('plain http is refused');
  });

  it('follows no redirect', async () => {
    answer = (res) => res.writeHead(307, { Location: `http://${origin}/elsewhere` }).end();
    expect(await post(`http://${origin}/logout`, { internal: true })).toBe(307);
    expect(received.splice(0).map(({ url }) => url)).toEqual(['/logout']);
  });

  it('waits neither for an answer that does not come nor for one that does not end', async () => {
    answer = () => undefined;
    await expect(post(`http://${origin}/`, { internal: true, within: 200 })).rejects.toThrow(
      /abort|timeout/i,
    );
    answer = (res) => {
      res.writeHead(200);
      const flood = setInterval(() => res.write('x'.repeat(65_536)), 1);
      res.on('close', () => clearInterval(flood));
    };
    const started = performance.now();
    expect(await post(`http://${origin}/`, { internal: true })).toBe(200);
    expect(performance.now() - started).toBeLessThan(1000);
  });
});
