import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server';

/** What a browser sends is far smaller; what is larger is not even parsed. Characters. */
export const MAX_RESPONSE_LENGTH = 16_384;

/** 1023 bytes (Web Authentication, section 4, credential ID). */
const MAX_CREDENTIAL_ID_LENGTH = 1364;
const BASE64URL = /^[A-Za-z0-9_-]+$/;
/** The registered ones (Web Authentication, section 5.8.4). They are stored and sent back to browsers, so nothing else is kept. */
const TRANSPORTS = ['ble', 'cable', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb'];

/** A response whose fields have the right types, and what the browser says about the page that asked. Nothing is verified. */
export interface Parsed<Response> {
  readonly response: Response;
  readonly challenge: string;
  readonly origin: string;
  /** The page was shown inside somebody else's. */
  readonly crossOrigin: boolean;
}

/** @returns undefined where the text is no such response */
export function parsedCreation(json: string): Parsed<RegistrationResponseJSON> | undefined {
  const { base, inner, client, rk } = parsedParts(json) ?? {};
  if (!base || !inner || !client) return undefined;
  const { attestationObject, transports } = inner;
  if (!isBase64url(attestationObject)) return undefined;
  const response = {
    clientDataJSON: client.clientDataJSON,
    attestationObject,
    transports: Array.isArray(transports) ? TRANSPORTS.filter((each) => transports.includes(each)) : [],
  };
  const clientExtensionResults = rk === undefined ? {} : { credProps: { rk } };
  return { ...client.seen, response: { ...base, clientExtensionResults, response } };
}

/** @returns undefined where the text is no such response */
export function parsedAssertion(json: string): Parsed<AuthenticationResponseJSON> | undefined {
  const { base, inner, client } = parsedParts(json) ?? {};
  if (!base || !inner || !client) return undefined;
  const { authenticatorData, signature, userHandle } = inner;
  if (!isBase64url(authenticatorData) || !isBase64url(signature)) return undefined;
  if (userHandle != null && userHandle !== '' && !isBase64url(userHandle)) return undefined;
  const response = { clientDataJSON: client.clientDataJSON, authenticatorData, signature };
  return {
    ...client.seen,
    response: { ...base, response: userHandle ? { ...response, userHandle } : response },
  };
}

/** What both kinds have in common. Known fields are copied, so nothing else reaches anybody. */
function parsedParts(json: string) {
  if (json.length > MAX_RESPONSE_LENGTH) return undefined;
  const outer = objectFrom(json);
  const inner = asObject(outer?.['response']);
  if (!outer || !inner) return undefined;
  const { id, rawId, type } = outer;
  if (!isCredentialId(id) || rawId !== id || type !== 'public-key') return undefined;
  const { clientDataJSON } = inner;
  if (!isBase64url(clientDataJSON)) return undefined;
  const seen = clientDataIn(clientDataJSON);
  if (!seen) return undefined;
  const base = { id, rawId: id, type: 'public-key' as const, clientExtensionResults: {} };
  const rk = asObject(asObject(outer['clientExtensionResults'])?.['credProps'])?.['rk'];
  return { base, inner, client: { clientDataJSON, seen }, rk: typeof rk === 'boolean' ? rk : undefined };
}

function clientDataIn(encoded: string) {
  const data = objectFrom(Buffer.from(encoded, 'base64url').toString('utf8'));
  if (!data) return undefined;
  const { challenge, origin, crossOrigin, topOrigin } = data;
  if (!isBase64url(challenge) || typeof origin !== 'string') return undefined;
  return { challenge, origin, crossOrigin: Boolean(crossOrigin) || topOrigin !== undefined };
}

function objectFrom(json: string): Record<string, unknown> | undefined {
  try {
    return asObject(JSON.parse(json));
  } catch {
    return undefined;
  }
}

function asObject(value: unknown): Record<string, unknown> | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return value as Record<string, unknown>;
}

function isBase64url(value: unknown): value is string {
  return typeof value === 'string' && BASE64URL.test(value);
}

/** In its one canonical spelling: this is what the database is asked for. */
function isCredentialId(value: unknown): value is string {
  return (
    isBase64url(value) &&
    value.length <= MAX_CREDENTIAL_ID_LENGTH &&
    Buffer.from(value, 'base64url').toString('base64url') === value
  );
}
