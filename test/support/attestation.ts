import { createPrivateKey, sign } from 'node:crypto';
import type { Cbor } from './cbor.js';

/** What an authenticator says about itself when it makes a credential (Web Authentication, section 8). */
export interface Attestation {
  readonly format: string;
  readonly statement: Map<Cbor, Cbor>;
}

/** @param signed authenticator data and the hash of the client data; @param byCredential signs with the new credential */
export type Attest = (signed: Buffer, byCredential: (data: Buffer) => Buffer) => Attestation;

/** The new key vouches for itself (section 8.2, "self attestation"). */
export const selfAttested: Attest = (signed, byCredential) => ({
  format: 'packed',
  statement: new Map<Cbor, Cbor>([
    ['alg', -7],
    ['sig', byCredential(signed)],
  ]),
});

/** A maker vouches for the device: everything about it is right, down to the certificate. */
export const certified: Attest = (signed) => ({
  format: 'packed',
  statement: new Map<Cbor, Cbor>([
    ['alg', -7],
    ['sig', sign('sha256', signed, MAKERS_KEY)],
    ['x5c', [MAKERS_CERTIFICATE]],
  ]),
});

/** Nobody's: made for these tests with openssl, self-signed, good for a hundred years. */
const MAKERS_KEY = createPrivateKey({
  format: 'der',
  type: 'pkcs8',
  key: Buffer.from(
    'MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgQMHSoPTnL4wvYhkBwfiGMtbI6TK7mG1Ch7+6FyTSOEWhRANC' +
      'AARhkS8R0UzICDUxCK4RCP6g8t5z49iZ9ldh6Vh8lsyjyw/rcdTwUeyWEuTeXpMphaFGORZRO0CGDF/+f9PKXI2o',
    'base64',
  ),
});
const MAKERS_CERTIFICATE = Buffer.from(
  'MIIB9TCCAZugAwIBAgIUIcKZqucMRpdM65IsBj8UKMzknhcwCgYIKoZIzj0EAwIwYTELMAkGA1UEBhMCU0UxDzANBgNVBAoM' +
    'Bk5vYm9keTEiMCAGA1UECwwZQXV0aGVudGljYXRvciBBdHRlc3RhdGlvbjEdMBsGA1UEAwwUTm9ib2R5cyBTZWN1cml0eSBL' +
    'ZXkwIBcNMjYxMTIyMjIyMzU3WhgPMjEyNjEwMjkyMjIzNTdaMGExCzAJBgNVBAYTAlNFMQ8wDQYDVQQKDAZOb2JvZHkxIjAg' +
    'BgNVBAsMGUF1dGhlbnRpY2F0b3IgQXR0ZXN0YXRpb24xHTAbBgNVBAMMFE5vYm9keXMgU2VjdXJpdHkgS2V5MFkwEwYHKoZI' +
    'zj0CAQYIKoZIzj0DAQcDQgAEYZEvEdFMyAg1MQiuEQj+oPLec+PYmfZXYelYfJbMo8sP63HU8FHslhLk3l6TKYWhRjkWUTtA' +
    'hgxf/n/TylyNqKMvMC0wDAYDVR0TAQH/BAIwADAdBgNVHQ4EFgQUkVdfWOh8vk1HPReOO9q9SpQCc94wCgYIKoZIzj0EAwID' +
    'SAAwRQIgbI2qDkNRdp7VMzUc7u2VmpcRRkWqG52wrJ5jUBkWimcCIQDkuD40eqYDeXPFja4097j2bpgpMkIx8Shs24TXwU7L' +
    'TQ==',
  'base64',
);
