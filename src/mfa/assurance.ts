/** How a person can prove who they are; each factor's name is what attempts and the audit log store. */
export type Factor = 'password' | 'totp' | 'backup-code';

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
  /** Authentication method references (RFC 8176), in their registered spelling. */
  readonly amr: string[];
}

/** RFC 8176 knows no code from a list; a backup code is a one-time password by its definition of `otp`. */
const METHOD: Record<Factor, string> = { password: 'pwd', totp: 'otp', 'backup-code': 'otp' };

/** What someone knows and what someone has: only two different kinds make two factors. */
const KIND: Record<Factor, 'knowledge' | 'possession'> = {
  password: 'knowledge',
  totp: 'possession',
  'backup-code': 'possession',
};

/** What a set of proofs is worth. Without a password nobody is identified, so the rest counts for nothing. */
export function assurance(proofs: readonly Proof[]): Assurance {
  const factors = new Set(proofs.map(({ factor }) => factor));
  if (!factors.has('password')) return { level: 0, acr: undefined, amr: [] };
  const methods = new Set([...factors].map((factor) => METHOD[factor]));
  const level: Level = new Set([...factors].map((factor) => KIND[factor])).size > 1 ? 2 : 1;
  const amr = ['pwd', 'otp'].filter((method) => methods.has(method));
  return { level, acr: ACR[level], amr: level === 2 ? [...amr, 'mfa'] : amr };
}

/** The level an acr value stands for; undefined for a value of somebody else's. */
export function levelOf(acr: string | undefined): Level | undefined {
  return acr === ACR[1] ? 1 : acr === ACR[2] ? 2 : undefined;
}
