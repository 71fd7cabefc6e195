import type { Secrets } from '../kernel/secrets.js';

export const PROBE_PATH = '/health/probe';
/** A header: what stands in an address ends up in the proxy's log. */
export const PROBE_HEADER = 'gatehouse-probe';
/** What a probe's challenge belongs to. */
export const PROBE_CEREMONY = 'doctor';

/** How a request looks to the server, after every proxy on its way. */
export interface Arrival {
  /** Whom the server takes for the client. */
  readonly address: string;
  /** How many proxies it believes: what this command's settings say may have been changed since the server's start. */
  readonly trustedHops: number;
  /** The entries of X-Forwarded-For, as they came. */
  readonly forwardedFor: readonly string[];
  /** The other end of the connection. */
  readonly peer: string;
  readonly peerPort: number;
  readonly host: string;
  /** The server's own clock, in epoch milliseconds. */
  readonly time: number;
}

/** That the answer is one of who has the same master secret. */
export function proofOf(secrets: Secrets, challenge: string, arrival: Arrival): string {
  return secrets.mac('probe-answer', JSON.stringify([challenge, arrival])).toString('base64url');
}
