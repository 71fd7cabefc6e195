import { lookup as resolve, type LookupAddress, type LookupOptions } from 'node:dns';
import {
  request as httpRequest,
  type ClientRequest,
  type IncomingMessage,
  type RequestOptions,
} from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { traced, type Step } from '../kernel/tracing.js';
import { isPublicAddress } from './public-address.js';

/** The target of a request is none that this server may reach for somebody else (server-side request forgery). */
export class TargetRefused extends Error {}

export interface OutgoingOptions {
  /** Whether internal addresses may be reached: the operator's word. Only there is plain http good enough. */
  readonly internal: boolean;
  readonly signal: AbortSignal;
}

/** What is sent. */
export interface OutgoingMessage {
  readonly type: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A form, as `post` sends it. */
export function postForm(
  url: URL,
  fields: Record<string, string>,
  options: OutgoingOptions,
): Promise<number> {
  const body = new URLSearchParams(fields).toString();
  return post(url, { type: 'application/x-www-form-urlencoded', body }, options);
}

/**
 * Posts to an address that somebody else has chosen. No redirect is followed, no connection kept, and of the answer nothing
 * but the status is read.
 * @returns the status
 * @throws TargetRefused before anything is sent; or whatever the network throws
 */
export function post(
  url: URL,
  { type, body, headers }: OutgoingMessage,
  { internal, signal }: OutgoingOptions,
): Promise<number> {
  const options: RequestOptions = {
    method: 'POST',
    headers: {
      ...headers,
      'Content-Type': type,
      'Content-Length': Buffer.byteLength(body),
      Accept: '*/*',
    },
    // A connection of its own: a kept one was checked for another request, and no proxy of the environment stands between.
    agent: false,
    signal,
  };
  return traced(
    outgoingStep('POST', url),
    () =>
      new Promise((answered, failed) => {
        guardedRequest(url, internal, options, (response) => {
          answered(response.statusCode ?? 0);
          // The rest of the answer, however long, is nobody's concern.
          response.destroy();
        })
          .on('error', failed)
          .end(body);
      }),
  );
}

/** A request that reaches no internal address, unless the operator says so. @throws TargetRefused before anything is sent */
export function guardedRequest(
  url: URL,
  internal: boolean,
  options: RequestOptions,
  answered: (response: IncomingMessage) => void,
): ClientRequest {
  const check = checkFor(url, internal);
  const refusal = check(url.hostname);
  if (refusal) throw refusal;
  const request = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return request(url, { ...options, lookup: guardedLookup(check) }, answered);
}

/** To whom, and never with what: an address may have a secret in its path. */
export function outgoingStep(method: string, { hostname }: URL): Step {
  const attributes = { 'http.request.method': method, 'server.address': hostname };
  return { name: `outgoing ${method}`, kind: 'client', attributes };
}

/** Says why an address cannot be reached; what is not an address is asked about again when it has been resolved. */
export type AddressCheck = (address: string) => TargetRefused | undefined;

function checkFor({ protocol, hostname }: URL, internal: boolean): AddressCheck {
  if (protocol !== 'https:' && protocol !== 'http:')
    return () => new TargetRefused(`${protocol} is not a way to reach an application`);
  if (protocol === 'http:' && !internal) return () => new TargetRefused('plain http is refused');
  return (address) => {
    const bare = address.replace(/^\[|\]$/g, '');
    if (isIP(bare) === 0) return undefined;
    const isPublic = isPublicAddress(bare);
    if (!isPublic && !internal) return new TargetRefused(`${hostname} is an internal address`);
    if (isPublic && protocol === 'http:')
      return new TargetRefused('plain http is refused on the public internet');
    return undefined;
  };
}

/**
 * The check stands where the connection is made: a name that was public a moment ago (DNS rebinding) is asked about again
 * here, and the addresses that were checked are the ones that are connected to.
 */
function guardedLookup(check: AddressCheck): LookupFunction {
  return (hostname, options: LookupOptions, callback) => {
    resolve(hostname, { ...options, all: true }, (error, found: LookupAddress[]) => {
      if (error) return callback(error, '', 0);
      const addresses = found ?? [];
      const refusal = addresses.map(({ address }) => check(address)).find(Boolean);
      if (refusal) return callback(refusal, '', 0);
      if (options.all) return callback(null, addresses);
      const [first] = addresses;
      return callback(null, first?.address ?? '', first?.family ?? 0);
    });
  };
}
