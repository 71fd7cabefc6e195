import type { Request, RequestHandler } from 'express';
import type { X509Certificate } from 'node:crypto';
import { BlockList, isIPv6 } from 'node:net';
import type { Config } from '../config/config.js';
import { plainAddress } from '../kernel/address.js';
import { certificateFromHeader } from '../kernel/certificates.js';

const certificates = new WeakMap<object, X509Certificate>();

/**
 * Who ends TLS knows the client's certificate and passes it on in a header. That header is worth something only from
 * there: anybody else's is removed before anything can read it. Counted is who is connected, never who says so.
 */
export function believeCertificates({ clientCertificates }: Config): RequestHandler {
  if (!clientCertificates) return (_req, _res, next) => next();
  const { header, from } = clientCertificates;
  const trusted = new BlockList();
  for (const each of from) {
    const [address, bits] = each.split('/') as [string, string?];
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    trusted.addSubnet(address, bits === undefined ? (family === 'ipv6' ? 128 : 32) : Number(bits), family);
  }
  return (req, _res, next) => {
    const peer = plainAddress(req.socket.remoteAddress);
    const sent = req.headers[header];
    delete req.headers[header];
    if (peer && trusted.check(peer, isIPv6(peer) ? 'ipv6' : 'ipv4')) {
      const certificate = typeof sent === 'string' ? certificateFromHeader(sent) : undefined;
      if (certificate) certificates.set(req, certificate);
    }
    next();
  };
}

/** The certificate with which the client has connected, as far as it can be known. */
export function clientCertificate(req: Request | object): X509Certificate | undefined {
  return certificates.get(req);
}
