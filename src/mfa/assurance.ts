/** How a person can prove who they are; each factor's name is what attempts and the audit log store. */
export type Factor =
  | 'password'
  | 'totp'
  | 'backup-code'
  /** A link that an operator gave, which stands in for a password that was lost. */
  | 'sign-in-link'
  /** A WebAuthn credential that verified its user (PIN, fingerprint, face): two factors in one. */
  | 'passkey'
  /** A WebAuthn credential that was only touched. */
  | 'security-key'
  /** A second factor was proven in this browser some time ago, and its owner wants it remembered. It proves nothing by itself. */
  | 'remembered-device';

/** Something that was proven, and when (epoch milliseconds). Facts like these are stored; what follows from them is derived below. */
export interface Proof {
  readonly factor: Factor;
  readonly at: number;
}

/** 1: one factor; 2: two different ones. */
export type Level = 1 | 2;

/** The authentication context class references (OpenID Connect Core, section 2) that stand for the levels. */
export const ACR: Record<Level, string> = {
  1: 'urn:gatehouse:acr:1fa',
  2: 'urn:gatehouse:acr:2fa',
};

export interface Assurance {
  /** 0: nothing is proven. */
  readonly level: Level | 0;
  readonly acr: string | undefined;
  /** Authentication method references, in their registered spelling (RFC 8176 and its registry). */
  readonly amr: string[];
}

type Kind = 'knowledge' | 'possession';

/**
 * What someone knows (or is) and what someone has: only two different kinds make two factors.
 * The methods are what can be said truthfully. RFC 8176 knows no code from a list; a backup code is a one-time password by
 * its definition of `otp`, and a link that signs in once is one as well. Whether a key is in hardware or copied (`hwk`, `swk`) is only its own claim, so it is `pop`.
 */
const WORTH: Record<Factor, { readonly method?: string; readonly kinds: readonly Kind[] }> = {
  password: { method: 'pwd', kinds: ['knowledge'] },
  totp: { method: 'otp', kinds: ['possession'] },
  'backup-code': { method: 'otp', kinds: ['possession'] },
  'sign-in-link': { method: 'otp', kinds: ['knowledge'] },
  passkey: { method: 'pop', kinds: ['knowledge', 'possession'] },
  'security-key': { method: 'pop', kinds: ['possession'] },
  'remembered-device': { kinds: [] },
};

/** The factors that say who somebody is; without one of them the rest counts for nothing. */
const IDENTIFYING: ReadonlySet<Factor> = new Set<Factor>(['password', 'passkey', 'sign-in-link']);

/** What a set of proofs is worth. */
export function assurance(proofs: readonly Proof[]): Assurance {
  const factors = withoutIdleLink([...new Set(proofs.map(({ factor }) => factor))]);
  if (!factors.some((factor) => IDENTIFYING.has(factor))) return { level: 0, acr: undefined, amr: [] };
  const methods = new Set(factors.map((factor) => WORTH[factor].method));
  const level: Level = new Set(factors.flatMap((factor) => WORTH[factor].kinds)).size > 1 ? 2 : 1;
  const amr = ['pwd', 'otp', 'pop'].filter((method) => methods.has(method));
  return { level, acr: ACR[level], amr: level === 2 ? [...amr, 'mfa'] : amr };
}

/** Beside a password or a passkey the link says nothing new, and its `otp` would look like a second factor. */
function withoutIdleLink(factors: Factor[]): Factor[] {
  const isIdle = factors.includes('password') || factors.includes('passkey');
  return isIdle ? factors.filter((factor) => factor !== 'sign-in-link') : factors;
}

/** The level an acr value stands for; undefined for a value of somebody else's. */
export function levelOf(acr: string | undefined): Level | undefined {
  return acr === ACR[1] ? 1 : acr === ACR[2] ? 2 : undefined;
}

/** The factors that were proven when a session began, from its `amr`. */
export function factorsOf(amr: readonly string[]): Factor[] {
  const factors: Factor[] = [];
  if (amr.includes('pwd')) factors.push('password');
  // Nothing else of those says who somebody is: it began with a link.
  const byLink = amr.includes('otp') && !amr.includes('pwd') && !amr.includes('pop');
  if (byLink) factors.push('sign-in-link');
  if (amr.includes('otp') && (!byLink || amr.includes('mfa'))) factors.push('totp');
  // With a password beside it, it is not said whether the key verified its user; the two make two factors either way.
  if (amr.includes('pop')) factors.push(amr.includes('pwd') ? 'security-key' : 'passkey');
  return factors;
}
