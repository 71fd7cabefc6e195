import {
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
  type AuthenticationResponseJSON,
  type RegistrationResponseJSON,
} from '@simplewebauthn/server';
import { decodeAttestationObject } from '@simplewebauthn/server/helpers';
import { suggestedName } from './passkey-name.js';
import { ALGORITHMS, type RelyingParty } from './passkey-options.js';
import type { Parsed } from './passkey-response.js';
import type { Passkey } from './passkey.entity.js';

/** A credential that was verified and is not stored yet. */
export type NewPasskey = Pick<
  Passkey,
  'credentialId' | 'publicKey' | 'counter' | 'transports' | 'verifiesUser' | 'synced'
> & {
  /** A name to begin with, where the authenticator is a known product; or ''. */
  readonly suggestedName: string;
};

/** What a valid signature says. */
export interface Asserted {
  readonly counter: number;
  readonly userVerified: boolean;
  readonly synced: boolean;
}

/**
 * The registration ceremony (Web Authentication, section 7.1), after its challenge was spent.
 * @returns undefined where anything is wrong: the library throws whatever it stumbles over, and does not touch the network or a database
 */
export async function verifiedCreation(
  rp: RelyingParty,
  { response, challenge }: Parsed<RegistrationResponseJSON>,
): Promise<NewPasskey | undefined> {
  try {
    if (!isUnattested(response)) return undefined;
    const { verified, registrationInfo: info } = await verifyRegistrationResponse({
      response,
      expectedChallenge: challenge,
      expectedOrigin: rp.origin,
      expectedRPID: rp.id,
      requireUserVerification: false,
      supportedAlgorithmIDs: ALGORITHMS,
    });
    // The identifier is what the authenticator signed for, and that is what it has to be asked for later.
    if (!verified || info.credential.id !== response.id) return undefined;
    return {
      credentialId: info.credential.id,
      publicKey: Buffer.from(info.credential.publicKey).toString('base64url'),
      counter: info.credential.counter,
      transports: response.response.transports ?? [],
      verifiesUser: info.userVerified && isKept(response),
      synced: info.credentialBackedUp,
      suggestedName: suggestedName(info.aaguid),
    };
  } catch {
    return undefined;
  }
}

/**
 * The authentication ceremony (Web Authentication, section 7.2), after its challenge was spent: origin, relying party,
 * presence and signature. What the counter and the verification of the user are worth is the caller's to say.
 */
export async function verifiedAssertion(
  rp: RelyingParty,
  { response, challenge }: Parsed<AuthenticationResponseJSON>,
  { credentialId, publicKey }: Passkey,
): Promise<Asserted | undefined> {
  try {
    const { verified, authenticationInfo: info } = await verifyAuthenticationResponse({
      response,
      expectedChallenge: challenge,
      expectedOrigin: rp.origin,
      expectedRPID: rp.id,
      requireUserVerification: false,
      // The library would refuse an old counter before it looks at the signature: then nobody could tell a copy from nonsense.
      credential: {
        id: credentialId,
        publicKey: new Uint8Array(Buffer.from(publicKey, 'base64url')),
        counter: 0,
      },
    });
    if (!verified) return undefined;
    return {
      counter: info.newCounter,
      userVerified: info.userVerified,
      synced: info.credentialBackedUp,
    };
  } catch {
    return undefined;
  }
}

/** Where the browser does not say whether the authenticator keeps a credential (section 10.1.3), one that verifies its user does. */
function isKept({ clientExtensionResults }: RegistrationResponseJSON): boolean {
  return clientExtensionResults.credProps?.rk !== false;
}

/**
 * We ask for no attestation, and browsers then send none, or a self-signed one. Anything with certificates is refused
 * unseen: for those the library builds chains, reads the machine's clock and fetches revocation lists.
 */
function isUnattested(response: RegistrationResponseJSON): boolean {
  const object = decodeAttestationObject(
    new Uint8Array(Buffer.from(response.response.attestationObject, 'base64url')),
  );
  const format = object.get('fmt');
  return format === 'none' || (format === 'packed' && object.get('attStmt').get('x5c') === undefined);
}
