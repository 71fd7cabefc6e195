import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/server';
import type { Account } from '../users/account.entity.js';
import { CHALLENGE_LIFETIME } from './challenges.js';
import type { Passkey } from './passkey.entity.js';

/** Who asks, as authenticators know it: a credential works for one host, and a page of one origin may use it. */
export interface RelyingParty {
  readonly id: string;
  readonly name: string;
  readonly origin: string;
}

/** ES256, EdDSA, RS256 (COSE): what authenticators make, the ones with small keys first. */
export const ALGORITHMS = [-7, -8, -257];

/** For `PublicKeyCredential.parseCreationOptionsFromJSON`. @param present what is not to be made a second time */
export function creationOptions(
  rp: RelyingParty,
  account: Account,
  challenge: string,
  present: readonly Passkey[],
): PublicKeyCredentialCreationOptionsJSON {
  return {
    rp: { id: rp.id, name: rp.name },
    // The account's identifier is base64url already: its bytes are the user handle.
    user: { id: account.id, name: account.username, displayName: account.displayName ?? account.username },
    challenge,
    pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: 'public-key', alg })),
    timeout: CHALLENGE_LIFETIME,
    excludeCredentials: present.map(descriptor),
    // Preferred, not required: an old security key still makes a good second factor.
    authenticatorSelection: {
      residentKey: 'preferred',
      requireResidentKey: false,
      userVerification: 'preferred',
    },
    // Whether the authenticator keeps it, and so finds it without being told which: only then is it a way in by itself.
    extensions: { credProps: true },
    // Which maker's device it is, nobody here needs to know.
    attestation: 'none',
  };
}

/** For `PublicKeyCredential.parseRequestOptionsFromJSON`. @param allowed undefined: any discoverable one, which says who its owner is */
export function requestOptions(
  rp: RelyingParty,
  challenge: string,
  allowed?: readonly Passkey[],
): PublicKeyCredentialRequestOptionsJSON {
  return {
    rpId: rp.id,
    challenge,
    timeout: CHALLENGE_LIFETIME,
    allowCredentials: (allowed ?? []).map(descriptor),
    userVerification: allowed ? 'preferred' : 'required',
  };
}

function descriptor({ credentialId, transports }: Passkey) {
  return { type: 'public-key' as const, id: credentialId, transports: [...transports] as never[] };
}
