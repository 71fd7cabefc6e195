import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Challenges } from '../../src/mfa/challenges.js';
import { Passkeys, type PasskeyVerdict } from '../../src/mfa/passkeys.service.js';
import type { Account } from '../../src/users/account.entity.js';
import { somebody } from '../support/enrolled.js';
import { addPasskey, authenticatorOf } from '../support/passkeys.js';
import { TestServer } from '../support/server.js';
import { SoftwareAuthenticator, type Deviations } from '../support/software-authenticator.js';

const HERE = 'interaction:here';
const MINUTE = 60_000;

describe('a passkey that somebody forges', () => {
  let server: TestServer;
  let passkeys: Passkeys;
  let owner: Account;
  let device: SoftwareAuthenticator;

  beforeAll(async () => {
    server = await TestServer.start();
    passkeys = server.app.get(Passkeys);
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    owner = await server.addPerson(somebody());
    device = await authenticatorOf(server, owner);
  });

  const outcome = (verdict: PasskeyVerdict) =>
    verdict.kind === 'refused'
      ? verdict.reason
      : verdict.kind === 'proven'
        ? `${verdict.factor} of ${verdict.accountId}`
        : verdict.kind;

  /** Without a password: who it is, only the passkey says. */
  async function identify(from: SoftwareAuthenticator, how: Deviations = {}): Promise<string> {
    const response = from.get(await passkeys.requestOptions(HERE), how);
    return outcome(await passkeys.verify(HERE, response, {}));
  }

  /** After the password of `account`. */
  async function asSecondFactor(
    account: Account,
    from: SoftwareAuthenticator,
    how: Deviations = {},
  ): Promise<string> {
    const response = from.get(await passkeys.requestOptions(HERE, account), how);
    return outcome(await passkeys.verify(HERE, response, { account }));
  }

  it.each(['ES256', 'EdDSA'] as const)('is told from a real one with %s', async (algorithm) => {
    const real = await authenticatorOf(server, owner, { algorithm });
    expect(await identify(real)).toBe(`passkey of ${owner.id}`);
    expect(await asSecondFactor(owner, real)).toBe(`passkey of ${owner.id}`);
    expect(await identify(real, { tamperedSignature: true })).toBe('invalid');
    const [, used] = await passkeys.list(owner.id);
    expect(used).toMatchObject({ counter: 3, suspectSince: null });
    expect(used!.lastUsedAt).toBeInstanceOf(Date);
  });

  it.each<[string, Deviations, string]>([
    ["another site's page", { origin: 'https://gatehouse.example' }, 'origin'],
    ['another port of this machine', { origin: 'http://localhost:1' }, 'origin'],
    ['an opaque origin', { origin: 'null' }, 'origin'],
    ["a frame in somebody else's page", { crossOrigin: true }, 'origin'],
    ['a frame that only names the page around it', { topOrigin: 'https://evil.example' }, 'origin'],
    ['another relying party', { rpId: 'evil.example' }, 'invalid'],
    ['the making of a credential', { type: 'webauthn.create' }, 'invalid'],
    ['a payment', { type: 'payment.get' }, 'invalid'],
    ['nobody who touched it', { userPresent: false }, 'invalid'],
    ['a device that calls itself backed up and not to be', { backedUp: true }, 'invalid'],
    ['an altered signature', { tamperedSignature: true }, 'invalid'],
    ['no challenge of ours', { challenge: 'A'.repeat(75) }, 'challenge'],
    ['an empty challenge', { challenge: '' }, 'malformed'],
  ])('is refused when it comes from %s', async (_what, how, reason) => {
    expect(await identify(device, how)).toBe(reason);
    expect(await asSecondFactor(owner, device, how)).toBe(reason);
    expect(await identify(device)).toBe(`passkey of ${owner.id}`);
  });

  it('signs nobody in without a password where it has not verified its user', async () => {
    expect(await identify(device, { userVerified: false })).toBe('user-not-verified');
    // Beside a password it is what it is: something that someone has.
    expect(await asSecondFactor(owner, device, { userVerified: false })).toBe(`security-key of ${owner.id}`);
  });

  it('does not become two factors when its finder gives it a PIN of their own', async () => {
    const key = await authenticatorOf(server, owner, { verifiesUser: false, transports: ['usb'] });
    expect(await identify(key, { userVerified: true })).toBe('user-not-verified');
    expect(await asSecondFactor(owner, key, { userVerified: true, answerWith: key.ids[0]! })).toBe(
      `security-key of ${owner.id}`,
    );
  });

  it('is not believed twice, in no spelling of its challenge', async () => {
    const options = await passkeys.requestOptions(HERE);
    const response = device.get(options);
    expect(outcome(await passkeys.verify(HERE, response, {}))).toBe(`passkey of ${owner.id}`);
    expect(outcome(await passkeys.verify(HERE, response, {}))).toBe('challenge');
    expect(outcome(await passkeys.verify(HERE, device.get(options), {}))).toBe('challenge');

    const { challenge } = JSON.parse(options) as { challenge: string };
    const bytes = Buffer.from(challenge, 'base64url');
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const respelled = [...alphabet]
      .map((last) => challenge.slice(0, -1) + last)
      .filter((each) => each !== challenge && Buffer.from(each, 'base64url').equals(bytes));
    expect(respelled.length).toBeGreaterThan(0);
    for (const spelling of [...respelled, `${challenge}=`, `${challenge}==`, ` ${challenge}`]) {
      const verdict = await passkeys.verify(HERE, device.get(options, { challenge: spelling }), {});
      expect(['challenge', 'malformed']).toContain(outcome(verdict));
    }
  });

  it('is believed once of twenty times at the same moment', async () => {
    const response = device.get(await passkeys.requestOptions(HERE));
    const verdicts = await Promise.all(Array.from({ length: 20 }, () => passkeys.verify(HERE, response, {})));
    expect(verdicts.map(outcome).sort()).toEqual([
      ...Array<string>(19).fill('challenge'),
      `passkey of ${owner.id}`,
    ]);
  });

  it('answers no challenge of elsewhere, for something else, or of before', async () => {
    const challenges = server.app.get(Challenges);
    const options = await passkeys.requestOptions(HERE);
    const elsewhere = await passkeys.verify('interaction:there', device.get(options), {});
    expect(outcome(elsewhere)).toBe('challenge');
    for (const challenge of [
      challenges.issue('register', HERE),
      challenges.issue('authenticate', 'session:here'),
      challenges.issue('authenticate', ''),
    ])
      expect(await identify(device, { challenge })).toBe('challenge');

    // That attempt has spent nothing: the challenge still stands where it belongs.
    server.clock.advance(5 * MINUTE - 1000);
    expect(outcome(await passkeys.verify(HERE, device.get(options), {}))).toBe(`passkey of ${owner.id}`);
    const late = device.get(await passkeys.requestOptions(HERE));
    server.clock.advance(5 * MINUTE);
    expect(outcome(await passkeys.verify(HERE, late, {}))).toBe('challenge');
  });

  it('is not believed again after the clean-up has forgotten it', async () => {
    const challenges = server.app.get(Challenges);
    const response = device.get(await passkeys.requestOptions(HERE));
    await passkeys.verify(HERE, response, {});
    server.clock.advance(11 * MINUTE);
    expect(await challenges.removeExpired(1000)).toBeGreaterThan(0);
    expect(await challenges.removeExpired(1000)).toBe(0);
    expect(outcome(await passkeys.verify(HERE, response, {}))).toBe('challenge');
  });

  it('proves nothing about anybody but its owner', async () => {
    const mallory = await server.addPerson(somebody());
    const malloryDevice = await authenticatorOf(server, mallory);
    const [ownerKey] = device.ids;
    const answerWith = malloryDevice.ids[0]!;

    expect(await asSecondFactor(owner, malloryDevice, { answerWith })).toBe('foreign');
    expect(await asSecondFactor(owner, malloryDevice, { answerWith, userHandle: owner.id })).toBe('foreign');
    // The owner's identifier under Mallory's signature.
    expect(
      await asSecondFactor(owner, malloryDevice, {
        answerWith,
        credentialId: ownerKey!,
        userHandle: owner.id,
      }),
    ).toBe('invalid');
    expect(await identify(malloryDevice, { credentialId: ownerKey!, userHandle: owner.id })).toBe('invalid');
    // Her own, with the owner's name on it.
    expect(await identify(malloryDevice, { userHandle: owner.id })).toBe('foreign');
    expect(await asSecondFactor(mallory, malloryDevice, { userHandle: owner.id })).toBe('foreign');
    expect(await identify(malloryDevice, { userHandle: null })).toBe('foreign');
    expect(await identify(malloryDevice)).toBe(`passkey of ${mallory.id}`);
    // Older security keys do not say whose they are; after the password nobody needs them to.
    expect(await asSecondFactor(mallory, malloryDevice, { userHandle: null })).toBe(
      `passkey of ${mallory.id}`,
    );
  });

  it('is unknown where nobody has added it, and again once it is removed', async () => {
    const stranger = new SoftwareAuthenticator(server.url);
    stranger.create(await passkeys.creationOptions(owner, HERE), { ignoresExclusions: true });
    expect(await identify(stranger)).toBe('unknown');

    const key = await addPasskey(server, owner, stranger);
    const answerWith = stranger.ids[1]!;
    expect(await identify(stranger, { answerWith })).toBe(`passkey of ${owner.id}`);
    const mallory = await server.addPerson(somebody());
    const em = server.app.get(Passkeys)['em'].fork();
    expect(await passkeys.removeWithin(em, mallory.id, key.id)).toBeUndefined();
    expect(await passkeys.rename(mallory.id, key.id, 'mine')).toBe(false);
    expect(await passkeys.removeWithin(em, owner.id, key.id)).toBe('');
    expect(await identify(stranger, { answerWith })).toBe('unknown');
  });

  describe('from a copy of the device', () => {
    it('is noticed once and then refused, the original too', async () => {
      const copy = device.clone();
      expect(await identify(device)).toBe(`passkey of ${owner.id}`);
      expect(await identify(copy)).toBe('suspect');
      expect(await identify(copy)).toBe('suspect');
      expect(await identify(device)).toBe('suspect');
      expect(await asSecondFactor(owner, device, { answerWith: device.ids[0]! })).toBe('suspect');

      const [passkey] = await passkeys.list(owner.id);
      expect(passkey!.suspectSince).toBeInstanceOf(Date);
      const offered = JSON.parse(await passkeys.requestOptions(HERE, owner)) as {
        allowCredentials: unknown[];
      };
      expect(offered.allowCredentials).toEqual([]);
    });

    it('is told of once, however many notice it at the same moment', async () => {
      const copy = device.clone();
      await identify(device);
      await identify(device);
      const responses = await Promise.all(
        Array.from({ length: 10 }, async () => copy.get(await passkeys.requestOptions(HERE), { counter: 1 })),
      );
      const verdicts = await Promise.all(responses.map((each) => passkeys.verify(HERE, each, {})));
      expect(verdicts.map(({ kind }) => kind).sort()).toEqual([
        ...Array<string>(9).fill('refused'),
        'suspect',
      ]);
    });

    it('is noticed by a counter that has stopped counting', async () => {
      expect(await identify(device, { counter: 0 })).toBe('suspect');
    });

    it('cannot be claimed by somebody who has no key of it', async () => {
      await identify(device);
      expect(await identify(device, { counter: 0, tamperedSignature: true })).toBe('invalid');
      expect(await identify(device, { counter: 1, origin: 'https://evil.example' })).toBe('origin');
      expect(await identify(device)).toBe(`passkey of ${owner.id}`);
    });

    it('is not suspected of passkeys that are meant to be copied: they count nothing', async () => {
      const synced = await authenticatorOf(server, owner, { counts: false, synced: true });
      for (const each of [synced, synced.clone(), synced])
        expect(await identify(each)).toBe(`passkey of ${owner.id}`);
      expect((await passkeys.list(owner.id))[1]).toMatchObject({ counter: 0, synced: true });
    });
  });

  it('is refused as what it is when it is no response at all', async () => {
    const real = JSON.parse(device.get(await passkeys.requestOptions(HERE))) as {
      id: string;
      response: Record<string, unknown>;
    };
    const clientData = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const hostile: unknown[] = [
      null,
      [],
      42,
      'text',
      {},
      { ...real, id: undefined },
      { ...real, id: [real.id] },
      { ...real, id: { $ne: null }, rawId: { $ne: null } },
      { ...real, id: `${real.id}'--`, rawId: `${real.id}'--` },
      { ...real, id: `${real.id}\u0000`, rawId: `${real.id}\u0000` },
      { ...real, id: 'A'.repeat(1368), rawId: 'A'.repeat(1368) },
      { ...real, rawId: 'AAAA' },
      { ...real, type: 'password' },
      { ...real, response: null },
      { ...real, response: [] },
      { ...real, response: { ...real.response, signature: 7 } },
      { ...real, response: { ...real.response, authenticatorData: '!' } },
      { ...real, response: { ...real.response, userHandle: { toString: 'x' } } },
      { ...real, response: { ...real.response, clientDataJSON: 'AAAA' } },
      { ...real, response: { ...real.response, clientDataJSON: clientData(null) } },
      { ...real, response: { ...real.response, clientDataJSON: clientData([]) } },
      { ...real, response: { ...real.response, clientDataJSON: clientData({ challenge: {} }) } },
      { ...real, padding: 'x'.repeat(20_000) },
    ];
    const texts = ['', '{', '\u0000', '['.repeat(16_000), ...hostile.map((each) => JSON.stringify(each))];
    for (const text of texts) {
      expect(outcome(await passkeys.verify(HERE, text, {}))).toBe('malformed');
      expect(await passkeys.verifyCreation(owner, HERE, text)).toEqual({
        kind: 'refused',
        reason: 'malformed',
      });
    }
    // None of them has spent the challenge.
    expect(outcome(await passkeys.verify(HERE, JSON.stringify(real), {}))).toBe(`passkey of ${owner.id}`);
  });

  it('is refused, and nothing breaks, when what it has signed is rubbish', async () => {
    const rubbish = ['AA', 'A'.repeat(48), 'A'.repeat(50), 'f'.repeat(8000), '_'.repeat(8000)];
    for (const piece of rubbish)
      for (const field of ['authenticatorData', 'signature']) {
        const real = JSON.parse(device.get(await passkeys.requestOptions(HERE))) as { response: object };
        const forged = { ...real, response: { ...real.response, [field]: piece } };
        expect(outcome(await passkeys.verify(HERE, JSON.stringify(forged), {}))).toBe('invalid');
      }
  });
});
