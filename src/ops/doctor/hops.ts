import { fine, warning, error, type Finding } from './findings.js';

export interface Seen {
  /** Whom the server takes for the client. */
  readonly address: string;
  /** How many proxies it believes. */
  readonly trustedHops: number;
  readonly forwardedFor: readonly string[];
  /** What was written into X-Forwarded-For before the first proxy: nobody's address. */
  readonly madeUp: string;
  /** Whether nothing stands between: the server has seen this very connection. */
  readonly isDirect: boolean;
}

const CHECK = 'hops';

/**
 * How many proxies are believed (GATEHOUSE_TRUSTED_PROXY_HOPS), against how many have written down whom they got the request
 * from. Those stand after what was made up; a proxy that begins anew has thrown that away, and the whole list is theirs.
 */
export function hopsFinding(seen: Seen): Finding {
  const { address, trustedHops: hops, forwardedFor, madeUp, isDirect } = seen;
  const place = forwardedFor.lastIndexOf(madeUp);
  const right = place < 0 ? forwardedFor.length : forwardedFor.length - place - 1;
  const set = `GATEHOUSE_TRUSTED_PROXY_HOPS=${right}`;
  if (address === madeUp)
    return error(
      CHECK,
      'hops-too-many',
      `anybody can pretend to be at any address: an X-Forwarded-For that was made up is believed, GATEHOUSE_TRUSTED_PROXY_HOPS=${hops} is too many`,
      right === 0 && !isDirect
        ? 'let the proxy add the address it was asked from (nginx: proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for), or set GATEHOUSE_TRUSTED_PROXY_HOPS=0'
        : `set ${set} and restart${isDirect ? '; but if people do come through a proxy and only this look did not (in a container, localhost is the container itself), set GATEHOUSE_URL to the address they use' : ''}`,
    );
  if (right === 0 && !isDirect)
    return warning(
      CHECK,
      'addresses-unknown',
      `everybody seems to be at ${address}: what stands in front passes on no X-Forwarded-For`,
      'let the proxy add it (nginx: proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for), and set GATEHOUSE_TRUSTED_PROXY_HOPS=1',
    );
  if (hops < right)
    return warning(
      CHECK,
      'hops-too-few',
      `everybody seems to be at ${address}, which is a proxy: GATEHOUSE_TRUSTED_PROXY_HOPS=${hops} is too few`,
      `set ${set} and restart, if every one of these proxies is yours`,
    );
  if (hops > right)
    return warning(
      CHECK,
      'hops-too-many',
      `GATEHOUSE_TRUSTED_PROXY_HOPS=${hops} is too many: ${right} have written down whom they got this request from`,
      `set ${set} and restart: what the client writes itself is thrown away by a proxy today, and would be believed without it`,
    );
  return fine(
    CHECK,
    right === 0
      ? 'no proxy is between, and none is believed'
      : `the client's address is known, through ${right} proxies`,
  );
}
