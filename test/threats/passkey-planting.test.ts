import { EntityManager } from '@mikro-orm/core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Passkeys, type CreationVerdict } from '../../src/mfa/passkeys.service.js';
import type { Account } from '../../src/users/account.entity.js';
import { certified, selfAttested, type Attest } from '../support/attestation.js';
import type { Cbor } from '../support/cbor.js';
import { somebody } from '../support/enrolled.js';
import { addPasskey } from '../support/passkeys.js';
import { TestServer } from '../support/server.js';
import { SoftwareAuthenticator, type Deviations } from '../support/software-authenticator.js';

const HERE = 'session:here';

describe('a passkey that somebody plants', () => {
  let server: TestServer;
  let passkeys: Passkeys;
  let owner: Account;
  let device: SoftwareAuthenticator;

  beforeAll(async () => {
    server = await TestServer.start({ env: { GATEHOUSE_NAME: 'The Gate' } });
    passkeys = server.app.get(Passkeys);
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    owner = await server.addPerson(somebody());
    device = new SoftwareAuthenticator(server.url);
  });

  const outcome = (verdict: CreationVerdict) => (verdict.kind === 'verified' ? 'verified' : verdict.reason);
  async function make(how: Deviations = {}, from = device): Promise<string> {
    const made = from.create(await passkeys.creationOptions(owner, HERE), {
      ignoresExclusions: true,
      ...how,
    });
    return outcome(await passkeys.verifyCreation(owner, HERE, made));
  }

  it('is asked for in a way that leads to one which signs in alone', async () => {
    const options = JSON.parse(await passkeys.creationOptions(owner, HERE)) as Record<string, unknown>;
    expect(options).toMatchObject({
      rp: { id: 'localhost', name: 'The Gate' },
      user: { id: owner.id, name: owner.username, displayName: owner.username },
      attestation: 'none',
      authenticatorSelection: { residentKey: 'preferred', userVerification: 'preferred' },
      excludeCredentials: [],
    });
    await addPasskey(server, owner, device);
    const again = await passkeys.creationOptions(owner, HERE);
    expect(() => device.create(again)).toThrow('InvalidStateError');
    expect(JSON.parse(await passkeys.requestOptions(HERE))).toMatchObject({
      rpId: 'localhost',
      allowCredentials: [],
      userVerification: 'required',
    });
    expect(JSON.parse(await passkeys.requestOptions(HERE, owner))).toMatchObject({
      allowCredentials: [{ type: 'public-key', id: device.ids[0], transports: ['internal'] }],
      userVerification: 'preferred',
    });
  });

  it.each<[string, Deviations, string]>([
    ["another site's page", { origin: 'https://gatehouse.example' }, 'origin'],
    ["a frame in somebody else's page", { crossOrigin: true }, 'origin'],
    ['another relying party', { rpId: 'evil.example' }, 'invalid'],
    ['an answer to something else', { type: 'webauthn.get' }, 'invalid'],
    ['nobody who touched it', { userPresent: false }, 'invalid'],
    ['a device that signs for one credential and names another', { credentialId: 'AAAA' }, 'invalid'],
    ['no challenge of ours', { challenge: 'A'.repeat(75) }, 'challenge'],
    ['a format that nobody has', { attest: () => ({ format: 'x', statement: new Map() }) }, 'invalid'],
    [
      'a statement that says nothing',
      { attest: () => ({ format: 'none', statement: new Map([['a', 1]]) }) },
      'invalid',
    ],
  ])('is refused when it comes from %s', async (_what, how, reason) => {
    expect(await make(how)).toBe(reason);
    expect(await make()).toBe('verified');
  });

  it('is refused to whoever answers a second time, elsewhere, or for another account', async () => {
    const options = await passkeys.creationOptions(owner, HERE);
    const made = device.create(options);
    const mallory = await server.addPerson(somebody());
    expect(outcome(await passkeys.verifyCreation(owner, 'session:there', made))).toBe('challenge');
    expect(outcome(await passkeys.verifyCreation(mallory, HERE, made))).toBe('challenge');
    const verdicts = await Promise.all(
      Array.from({ length: 20 }, () => passkeys.verifyCreation(owner, HERE, made)),
    );
    expect(verdicts.map(outcome).sort()).toEqual([...Array<string>(19).fill('challenge'), 'verified']);
  });

  it("cannot take the place of somebody's", async () => {
    await addPasskey(server, owner, device);
    const mallory = await server.addPerson(somebody());
    const copycat = new SoftwareAuthenticator(server.url);
    const planting = addPasskey(server, mallory, copycat, { newCredentialId: device.ids[0]! });
    await expect(planting).rejects.toMatchObject({ reason: 'taken' });
    expect(await passkeys.list(mallory.id)).toEqual([]);
    const response = device.get(await passkeys.requestOptions(HERE));
    expect(await passkeys.verify(HERE, response, {})).toMatchObject({ kind: 'proven', accountId: owner.id });
  });

  it('is not one of endlessly many', async () => {
    for (let count = 0; count < 20; count++)
      await addPasskey(server, owner, new SoftwareAuthenticator(server.url));
    await expect(addPasskey(server, owner, device)).rejects.toMatchObject({ reason: 'too-many' });
    expect(await passkeys.list(owner.id)).toHaveLength(20);
  });

  it('leads the server through no certificates: nobody has asked whose make it is', async () => {
    expect(await make({ attest: certified })).toBe('invalid');
    // Browsers leave this one as it is: it tells nothing.
    expect(await make({ attest: selfAttested })).toBe('verified');
    const byAnother: Attest = (signed, sign) => selfAttested(Buffer.concat([signed, signed]), sign);
    expect(await make({ attest: byAnother })).toBe('invalid');
    const statement = new Map<Cbor, Cbor>([
      ['alg', -7],
      ['sig', Buffer.alloc(70)],
      ['x5c', []],
    ]);
    for (const format of ['packed', 'fido-u2f', 'tpm', 'apple', 'android-key', 'android-safetynet'])
      expect(await make({ attest: () => ({ format, statement }) })).toBe('invalid');
  });

  it('has a name that can be shown: what its owner calls it, or where it is kept', async () => {
    const known = new SoftwareAuthenticator(server.url, { aaguid: 'bada5566-a7aa-401f-bd96-45619a55120d' });
    const { id, name } = await addPasskey(server, owner, known);
    expect(name).toBe('1Password');
    expect(await passkeys.rename(owner.id, id, ` Phone\u0000\n\u202Eeht ${'x'.repeat(100)}`)).toBe(true);
    const [renamed] = await passkeys.list(owner.id);
    expect(renamed!.name).toBe(`Phone eht ${'x'.repeat(50)}`);
    expect((await addPasskey(server, owner, device)).name).toBe('');
  });

  it('breaks nothing where its binary form is rubbish', async () => {
    const bytes = (...values: number[]) => Buffer.from(values).toString('base64url');
    const rubbish = [
      bytes(0xa0),
      bytes(0x80),
      bytes(0xf6),
      bytes(0xbb, 255, 255, 255, 255, 255, 255, 255, 255),
      bytes(0x9b, 0, 0, 0, 0, 255, 255, 255, 255),
      bytes(0x5b, 0, 0, 0, 0, 127, 255, 255, 255),
      Buffer.alloc(11_000, 0x81).toString('base64url'),
      Buffer.alloc(11_000, 0xbf).toString('base64url'),
    ];
    for (const attestationObject of rubbish) {
      const made = JSON.parse(device.create(await passkeys.creationOptions(owner, HERE))) as {
        response: object;
      };
      const forged = { ...made, response: { ...made.response, attestationObject } };
      const started = performance.now();
      expect(outcome(await passkeys.verifyCreation(owner, HERE, JSON.stringify(forged)))).toBe('invalid');
      expect(performance.now() - started).toBeLessThan(500);
    }
  });

  it('keeps no transport that nobody knows', async () => {
    const odd = new SoftwareAuthenticator(server.url, { transports: ['usb', 'telepathy', 'nfc', 'usb'] });
    const em = server.app.get(EntityManager).fork();
    const { transports } = await addPasskey(server, owner, odd);
    expect(transports).toEqual(['nfc', 'usb']);
    expect(await passkeys.countWithin(em, owner.id)).toBe(1);
  });
});
