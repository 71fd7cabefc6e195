import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import type { Attest } from './attestation.js';
import { cbor, type Cbor } from './cbor.js';

export interface AuthenticatorOptions {
  readonly algorithm?: 'ES256' | 'EdDSA';
  /** Whether it verifies its user (PIN, fingerprint); without, it is a key that is only touched. */
  readonly verifiesUser?: boolean;
  /** Whether it keeps its credentials itself, and so finds one without being told which. */
  readonly discoverable?: boolean;
  /** Whether it keeps a signature counter; passkeys that are copied between devices keep none. */
  readonly counts?: boolean;
  /** Whether its keys may be, and are, kept in a cloud. */
  readonly synced?: boolean;
  readonly aaguid?: string;
  readonly transports?: string[];
}

/** What browser and authenticator do otherwise than they should: the attacks. */
export interface Deviations {
  /** The page's origin, where it is not the server's. */
  readonly origin?: string;
  /** The relying party whose hash is signed, where it is not the one in the options. */
  readonly rpId?: string;
  readonly challenge?: string;
  /** `webauthn.create` or `webauthn.get` in the client data. */
  readonly type?: string;
  readonly crossOrigin?: boolean;
  readonly topOrigin?: string;
  readonly userPresent?: boolean;
  readonly userVerified?: boolean;
  readonly counter?: number;
  readonly backupEligible?: boolean;
  readonly backedUp?: boolean;
  /** base64url; null: none is sent. */
  readonly userHandle?: string | null;
  /** base64url: another credential's name under this one's signature. */
  readonly credentialId?: string;
  /** Which of several credentials answers: its identifier. */
  readonly answerWith?: string;
  readonly tamperedSignature?: boolean;
  /** Where it is not "none": see attestation.ts. */
  readonly attest?: Attest;
  /** The identifier a new credential gets, base64url. */
  readonly newCredentialId?: string;
  /** Makes a second credential although the server said that there is one. */
  readonly ignoresExclusions?: boolean;
}

interface Credential {
  readonly id: Buffer;
  readonly rpId: string;
  readonly userHandle: string;
  readonly privateKey: KeyObject;
  counter: number;
}

interface CreationOptions {
  readonly rp: { readonly id: string };
  readonly user: { readonly id: string };
  readonly challenge: string;
  readonly pubKeyCredParams: readonly { readonly alg: number }[];
  readonly excludeCredentials?: readonly { readonly id: string }[];
  readonly extensions?: { readonly credProps?: boolean };
}

interface RequestOptions {
  readonly rpId: string;
  readonly challenge: string;
  readonly allowCredentials?: readonly { readonly id: string }[];
}

const ALGORITHM = { ES256: -7, EdDSA: -8 };
const FLAG = { userPresent: 1, userVerified: 4, backupEligible: 8, backedUp: 16, attested: 64 };

/**
 * A browser and an authenticator in one, after Web Authentication Level 3 and nothing else: it shares no code with the
 * server that verifies it.
 */
export class SoftwareAuthenticator {
  readonly credentials: Credential[] = [];
  private readonly options: Required<AuthenticatorOptions>;

  /** @param url the page's address: only its origin counts */
  constructor(
    private readonly url: string,
    options: AuthenticatorOptions = {},
  ) {
    this.options = {
      algorithm: 'ES256',
      verifiesUser: true,
      discoverable: true,
      counts: true,
      synced: false,
      aaguid: '00000000-0000-0000-0000-000000000000',
      transports: ['internal'],
      ...options,
    };
  }

  /** The identifiers of its credentials, base64url. */
  get ids(): string[] {
    return this.credentials.map(({ id }) => id.toString('base64url'));
  }

  /** Somebody has taken everything out of it: the copy counts from where this one is now. */
  clone(): SoftwareAuthenticator {
    const copy = new SoftwareAuthenticator(this.url, this.options);
    copy.credentials.push(...this.credentials.map((credential) => ({ ...credential })));
    return copy;
  }

  /** `navigator.credentials.create`: from the options' JSON to the response's. */
  create(optionsJson: string, how: Deviations = {}): string {
    const options = JSON.parse(optionsJson) as CreationOptions;
    const excluded = options.excludeCredentials?.some(({ id }) => this.ids.includes(id));
    if (excluded && !how.ignoresExclusions) throw new Error('InvalidStateError: there is one already');
    const { algorithm } = this.options;
    if (!options.pubKeyCredParams.some(({ alg }) => alg === ALGORITHM[algorithm]))
      throw new Error('NotSupportedError: no common algorithm');

    const { privateKey, publicKey } =
      algorithm === 'ES256'
        ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
        : generateKeyPairSync('ed25519');
    const credential: Credential = {
      id: how.newCredentialId ? Buffer.from(how.newCredentialId, 'base64url') : randomBytes(32),
      rpId: options.rp.id,
      userHandle: options.user.id,
      privateKey,
      counter: 0,
    };
    this.credentials.push(credential);
    const length = Buffer.alloc(2);
    length.writeUInt16BE(credential.id.length);
    const authData = Buffer.concat([
      this.authenticatorData(credential, how, FLAG.attested),
      Buffer.from(this.options.aaguid.replaceAll('-', ''), 'hex'),
      length,
      credential.id,
      cbor(coseKey(publicKey)),
    ]);
    const clientData = this.clientData('webauthn.create', options.challenge, how);
    const attestation = how.attest?.(Buffer.concat([authData, sha256(clientData)]), (data) =>
      this.sign(credential, data),
    );
    const attestationObject = cbor(
      new Map<Cbor, Cbor>([
        ['fmt', attestation?.format ?? 'none'],
        ['attStmt', attestation?.statement ?? new Map<Cbor, Cbor>()],
        ['authData', authData],
      ]),
    );
    const extensions = options.extensions?.credProps ? { credProps: { rk: this.options.discoverable } } : {};
    return this.response(credential, how, extensions, {
      clientDataJSON: clientData.toString('base64url'),
      attestationObject: attestationObject.toString('base64url'),
      transports: this.options.transports,
      publicKeyAlgorithm: ALGORITHM[algorithm],
    });
  }

  /** `navigator.credentials.get`: from the options' JSON to the response's. */
  get(optionsJson: string, how: Deviations = {}): string {
    const options = JSON.parse(optionsJson) as RequestOptions;
    const allowed = options.allowCredentials?.map(({ id }) => id) ?? [];
    const credential = this.credentials.find(({ id, rpId }) => {
      const name = id.toString('base64url');
      if (how.answerWith) return name === how.answerWith;
      const isFound = allowed.length === 0 ? this.options.discoverable : allowed.includes(name);
      return rpId === options.rpId && isFound;
    });
    if (!credential) throw new Error('NotAllowedError: no credential for this');

    const authData = this.authenticatorData(credential, how);
    const clientData = this.clientData('webauthn.get', options.challenge, how);
    const signature = this.sign(credential, Buffer.concat([authData, sha256(clientData)]));
    // The middle of it: the DER around an ECDSA signature stays readable.
    if (how.tamperedSignature) signature[20] = signature[20]! ^ 1;
    const userHandle = how.userHandle === undefined ? credential.userHandle : how.userHandle;
    return this.response(
      credential,
      how,
      {},
      {
        clientDataJSON: clientData.toString('base64url'),
        authenticatorData: authData.toString('base64url'),
        signature: signature.toString('base64url'),
        ...(userHandle === null ? {} : { userHandle }),
      },
    );
  }

  /** Section 6.1: hash of the relying party, flags, counter. */
  private authenticatorData(credential: Credential, how: Deviations, more = 0): Buffer {
    const { verifiesUser, counts, synced } = this.options;
    if (counts) credential.counter += 1;
    const flags =
      more |
      ((how.userPresent ?? true) ? FLAG.userPresent : 0) |
      ((how.userVerified ?? verifiesUser) ? FLAG.userVerified : 0) |
      ((how.backupEligible ?? synced) ? FLAG.backupEligible : 0) |
      ((how.backedUp ?? synced) ? FLAG.backedUp : 0);
    const data = Buffer.alloc(37);
    sha256(how.rpId ?? credential.rpId).copy(data);
    data.writeUInt8(flags, 32);
    data.writeUInt32BE(how.counter ?? credential.counter, 33);
    return data;
  }

  /** Section 5.8.1; the browser writes this, and the authenticator signs its hash. */
  private clientData(type: string, challenge: string, how: Deviations): Buffer {
    return Buffer.from(
      JSON.stringify({
        type: how.type ?? type,
        challenge: how.challenge ?? challenge,
        origin: how.origin ?? new URL(this.url).origin,
        crossOrigin: how.crossOrigin ?? false,
        ...(how.topOrigin ? { topOrigin: how.topOrigin } : {}),
      }),
    );
  }

  private sign(credential: Credential, data: Buffer): Buffer {
    return sign(this.options.algorithm === 'ES256' ? 'sha256' : null, data, credential.privateKey);
  }

  /** Section 5.1.8: `toJSON()`. */
  private response(
    credential: Credential,
    how: Deviations,
    clientExtensionResults: object,
    response: object,
  ): string {
    const id = how.credentialId ?? credential.id.toString('base64url');
    return JSON.stringify({
      id,
      rawId: id,
      type: 'public-key',
      authenticatorAttachment: 'platform',
      clientExtensionResults,
      response,
    });
  }
}

/** RFC 9053, sections 7.1 and 7.2. */
function coseKey(publicKey: KeyObject): Map<Cbor, Cbor> {
  const { kty, x, y } = publicKey.export({ format: 'jwk' }) as { kty: string; x: string; y?: string };
  const bytes = (value: string) => Buffer.from(value, 'base64url');
  if (kty === 'EC')
    return new Map<Cbor, Cbor>([
      [1, 2],
      [3, ALGORITHM.ES256],
      [-1, 1],
      [-2, bytes(x)],
      [-3, bytes(y!)],
    ]);
  return new Map<Cbor, Cbor>([
    [1, 1],
    [3, ALGORITHM.EdDSA],
    [-1, 6],
    [-2, bytes(x)],
  ]);
}

function sha256(value: string | Buffer): Buffer {
  return createHash('sha256').update(value).digest();
}
