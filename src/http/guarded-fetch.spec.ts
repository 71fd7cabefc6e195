import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { guardedFetch } from './guarded-fetch.js';
import { TargetRefused } from './outgoing.js';

const OPEN = guardedFetch({ documents: true, notices: true });
const CLOSED = guardedFetch({ documents: false, notices: false });

describe('a guarded fetch', () => {
  const asked: string[] = [];
  let answer: (res: ServerResponse) => void;
  let server: Server;
  let origin: string;

  beforeAll(async () => {
    server = createServer((req, res) => {
      asked.push(`${req.method} ${req.url}`);
      answer(res);
    });
    await new Promise<void>((listening) => server.listen(0, listening));
    origin = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  const json = (res: ServerResponse) =>
    res.writeHead(200, { 'Content-Type': 'application/jwk-set+json; charset=utf-8' }).end('{"keys":[]}');

  it('reads a JSON document where the operator allows it to be', async () => {
    answer = json;
    const response = await OPEN(`http://${origin}/keys`);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ keys: [] });
  });

  it.each([
    '127.0.0.1',
    'localhost',
    'LOCALHOST',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '2130706433',
    '0x7f000001',
    '0177.0.0.1',
    '127.1',
    '0.0.0.0',
    '10.0.0.1',
    '172.16.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '[fd00:ec2::254]',
    '[fe80::1]',
    '[64:ff9b::7f00:1]',
  ])('never reaches %s', async (host) => {
    const port = origin.split(':')[1];
    asked.length = 0;
    for (const method of ['GET', 'POST']) {
      await expect(CLOSED(`https://${host}:${port}/`, { method })).rejects.toThrow(TargetRefused);
      await expect(CLOSED(`http://${host}:${port}/`, { method })).rejects.toThrow(TargetRefused);
    }
    expect(asked).toEqual([]);
  });

  it('is told apart: who may be told something at an internal address is not read from there', async () => {
    answer = json;
    const notices = guardedFetch({ documents: false, notices: true });
    const documents = guardedFetch({ documents: true, notices: false });
    expect((await notices(`http://${origin}/`, { method: 'POST', body: '{}' })).status).toBe(200);
    await expect(notices(`http://${origin}/`)).rejects.toThrow(TargetRefused);
    expect((await documents(`http://${origin}/`)).status).toBe(200);
    await expect(documents(`http://${origin}/`, { method: 'POST' })).rejects.toThrow(TargetRefused);
  });

  it('follows no redirect', async () => {
    asked.length = 0;
    answer = (res) => res.writeHead(302, { Location: `http://${origin}/elsewhere` }).end();
    expect((await OPEN(`http://${origin}/here`)).status).toBe(302);
    expect(asked).toEqual(['GET /here']);
  });

  it('reads nothing that does not say that it is JSON', async () => {
    answer = (res) => res.writeHead(200, { 'Content-Type': 'text/html' }).end('{"keys":[]}');
    await expect(OPEN(`http://${origin}/`)).rejects.toThrow('not a JSON document');
    answer = (res) => res.writeHead(200).end('{"keys":[]}');
    await expect(OPEN(`http://${origin}/`)).rejects.toThrow('not a JSON document');
  });

  it('gives up what is too long, endless or slow', async () => {
    answer = (res) => {
      res.writeHead(200, { 'Content-Type': 'application/json' });
      const flood = setInterval(() => res.write('x'.repeat(65_536)), 1);
      res.on('close', () => clearInterval(flood));
    };
    await expect(OPEN(`http://${origin}/`)).rejects.toThrow('too long');
    answer = (res) => {
      res.writeHead(200, { 'Content-Type': 'application/json' });
      res.write('{');
    };
    const signal = AbortSignal.timeout(200);
    await expect(OPEN(`http://${origin}/`, { signal })).rejects.toThrow(/abort|timeout/i);
  });

  it('has no library’s name on it, and keeps no connection', async () => {
    let headers: unknown;
    server.once('request', (req) => (headers = req.headers));
    answer = json;
    await OPEN(`http://${origin}/`, {
      headers: new Headers({ 'User-Agent': '', Accept: 'application/json' }),
    });
    expect(headers).toMatchObject({ accept: 'application/json', connection: 'close' });
    expect(headers).not.toHaveProperty('user-agent');
  });
});
