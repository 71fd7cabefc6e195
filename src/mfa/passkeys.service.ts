import { EntityManager } from '@mikro-orm/core';
import { Injectable } from '@nestjs/common';
import { Config } from '../config/config.js';
import { isUniqueViolation } from '../database/failures.js';
import { Sql } from '../database/sql.js';
import { Clock } from '../kernel/clock.js';
import { randomToken } from '../kernel/secrets.js';
import { Outbox } from '../mail/outbox.js';
import type { Account } from '../users/account.entity.js';
import { Challenges } from './challenges.js';
import { passkeyName } from './passkey-name.js';
import { creationOptions, requestOptions, type RelyingParty } from './passkey-options.js';
import { parsedAssertion, parsedCreation, type Parsed } from './passkey-response.js';
import { Passkey } from './passkey.entity.js';
import type { Asserted, NewPasskey } from './webauthn.js';

export type { NewPasskey } from './webauthn.js';

/** More than anybody carries, and few enough for a page. */
const MAX_PASSKEYS = 20;

/** For the audit log, never for the page: why a response was not believed. */
export type PasskeyRefusal =
  | 'malformed'
  /** Not issued here and for this, too old, or answered before. */
  | 'challenge'
  /** Made on another site's page, or on ours inside another's. */
  | 'origin'
  /** Relying party, presence, key or signature. */
  | 'invalid'
  | 'unknown'
  /** Somebody else's. */
  | 'foreign'
  | 'user-not-verified'
  | 'suspect';

export type CreationVerdict =
  | { readonly kind: 'verified'; readonly credential: NewPasskey }
  | { readonly kind: 'refused'; readonly reason: PasskeyRefusal };

export type PasskeyVerdict =
  | {
      readonly kind: 'proven';
      readonly accountId: string;
      /** A passkey is two factors, a security key one. */
      readonly factor: 'passkey' | 'security-key';
      readonly passkey: Passkey;
    }
  | { readonly kind: 'refused'; readonly reason: PasskeyRefusal }
  /** It has just been found to have a copy; told once, afterwards it is refused. The owner has to know. */
  | { readonly kind: 'suspect'; readonly accountId: string; readonly passkey: Passkey };

/** Thrown into the transaction that wanted to store one: nothing of that change is kept. */
export class PasskeyNotStored extends Error {
  constructor(readonly reason: 'taken' | 'too-many') {
    super(`passkey not stored: ${reason}`);
  }
}

/** WebAuthn credentials: passkeys and security keys. Who may add or remove one is decided by the callers. */
@Injectable()
export class Passkeys {
  constructor(
    private readonly config: Config,
    private readonly em: EntityManager,
    private readonly sql: Sql,
    private readonly clock: Clock,
    private readonly challenges: Challenges,
    private readonly outbox: Outbox,
  ) {}

  private get rp(): RelyingParty {
    const { issuer, serviceName, origin } = this.config;
    return { id: new URL(issuer).hostname, name: serviceName, origin };
  }

  /** Oldest first; suspect ones too. */
  list(accountId: string): Promise<Passkey[]> {
    return this.sql.entities(Passkey, 'account_id = ? ORDER BY created_at, id', accountId);
  }

  /**
   * JSON for the page's `data-options`.
   * A suspect one may be made anew: the authenticator then replaces what was copied.
   */
  async creationOptions(account: Account, ceremony: string): Promise<string> {
    const challenge = this.challenges.issue('register', ofAccount(ceremony, account));
    return JSON.stringify(creationOptions(this.rp, account, challenge, await this.usable(account.id)));
  }

  /** @param account whose second factor is asked for; undefined: whoever comes is identified by the passkey */
  async requestOptions(ceremony: string, account?: Account): Promise<string> {
    const challenge = this.challenges.issue('authenticate', ceremony);
    const allowed = account && (await this.usable(account.id));
    return JSON.stringify(requestOptions(this.rp, challenge, allowed));
  }

  /** Stores nothing: SecondFactors does, in the transaction that changes the account's factors. */
  async verifyCreation(account: Account, ceremony: string, responseJson: string): Promise<CreationVerdict> {
    const parsed = parsedCreation(responseJson);
    if (!parsed) return refused('malformed');
    if (!(await this.challenges.spend(parsed.challenge, 'register', ofAccount(ceremony, account))))
      return refused('challenge');
    if (!this.isFromOurPage(parsed)) return refused('origin');
    const { verifiedCreation } = await import('./webauthn.js');
    const credential = await verifiedCreation(this.rp, parsed);
    return credential ? { kind: 'verified', credential } : refused('invalid');
  }

  /**
   * Checks what an authenticator answered to `requestOptions` of the same ceremony and account.
   * Whether the account may sign in at all is the caller's to say.
   */
  async verify(
    ceremony: string,
    responseJson: string,
    { account }: { readonly account?: Account | undefined },
  ): Promise<PasskeyVerdict> {
    const parsed = parsedAssertion(responseJson);
    if (!parsed) return refused('malformed');
    if (!(await this.challenges.spend(parsed.challenge, 'authenticate', ceremony)))
      return refused('challenge');
    if (!this.isFromOurPage(parsed)) return refused('origin');

    const { id, response } = parsed.response;
    const passkey = await this.em.fork().findOne(Passkey, { credentialId: id });
    if (!passkey) return refused('unknown');
    if (account && account.id !== passkey.accountId) return refused('foreign');
    // Who is being identified is what the authenticator says, not only what the table does (section 7.2, step 6).
    const owner = response.userHandle ?? (account ? passkey.accountId : undefined);
    if (owner !== passkey.accountId) return refused('foreign');

    const { verifiedAssertion } = await import('./webauthn.js');
    const asserted = await verifiedAssertion(this.rp, parsed, passkey);
    if (!asserted) return refused('invalid');
    // A security key that had no PIN when it was added can be given one by whoever finds it.
    const isTwoFactors = asserted.userVerified && passkey.verifiesUser;
    if (!account && !isTwoFactors) return refused('user-not-verified');
    return this.used(passkey, asserted, isTwoFactors ? 'passkey' : 'security-key');
  }

  /**
   * @returns its id
   * @throws PasskeyNotStored, which must end the transaction
   */
  async insertWithin(
    em: EntityManager,
    accountId: string,
    name: string,
    { suggestedName, ...credential }: NewPasskey,
    now: Date,
  ): Promise<string> {
    const id = randomToken(16);
    try {
      await em.insert(Passkey, {
        ...credential,
        id,
        accountId,
        name: passkeyName(name) || suggestedName,
        createdAt: now,
        lastUsedAt: null,
        suspectSince: null,
      });
    } catch (error) {
      if (isUniqueViolation(error)) throw new PasskeyNotStored('taken');
      throw error;
    }
    if ((await this.countWithin(em, accountId)) > MAX_PASSKEYS) throw new PasskeyNotStored('too-many');
    return id;
  }

  /** @returns the name of what was removed; undefined: the account has no such passkey */
  async removeWithin(em: EntityManager, accountId: string, id: string): Promise<string | undefined> {
    const found = await em.findOne(Passkey, { id, accountId });
    if (!found) return undefined;
    return (await em.nativeDelete(Passkey, { id, accountId })) === 1 ? found.name : undefined;
  }

  /** Suspect ones too. */
  countWithin(em: EntityManager, accountId: string): Promise<number> {
    return em.count(Passkey, { accountId });
  }

  async removeAllWithin(em: EntityManager, accountId: string): Promise<void> {
    await em.nativeDelete(Passkey, { accountId });
  }

  /** False: the account has no such passkey. */
  async rename(accountId: string, id: string, name: string): Promise<boolean> {
    const renamed = await this.em
      .fork()
      .nativeUpdate(Passkey, { id, accountId }, { name: passkeyName(name) });
    return renamed === 1;
  }

  private async usable(accountId: string): Promise<Passkey[]> {
    return (await this.list(accountId)).filter(({ suspectSince }) => !suspectSince);
  }

  private isFromOurPage({ origin, crossOrigin }: Parsed<unknown>): boolean {
    return origin === this.rp.origin && !crossOrigin;
  }

  /** One update is the verdict: the counter grew, or the authenticator keeps none. Otherwise there is a copy (section 6.1.1). */
  private async used(
    passkey: Passkey,
    { counter, synced }: Asserted,
    factor: 'passkey' | 'security-key',
  ): Promise<PasskeyVerdict> {
    const { id, accountId } = passkey;
    const now = this.clock.now();
    const accepted = await this.em
      .fork()
      .nativeUpdate(
        Passkey,
        { id, suspectSince: null, counter: counter === 0 ? 0 : { $lt: counter } },
        { counter, synced, lastUsedAt: now },
      );
    if (accepted === 1) return { kind: 'proven', accountId, factor, passkey };
    const marked = await this.markSuspect(passkey, counter, now);
    return marked ? { kind: 'suspect', accountId, passkey } : refused('suspect');
  }

  /** Once; its owner is told in the same commit. */
  private markSuspect({ id, accountId, name }: Passkey, counter: number, now: Date): Promise<boolean> {
    return this.em.fork().transactional(async (em) => {
      const marked = await em.nativeUpdate(
        Passkey,
        { id, suspectSince: null, counter: counter === 0 ? { $gt: 0 } : { $gte: counter } },
        { suspectSince: now },
      );
      if (marked !== 1) return false;
      await this.outbox.add(this.sql.within(em), 'passkey-suspect', accountId, { name });
      return true;
    });
  }
}

/** A passkey that was begun for one account is stored for no other, whoever the session belongs to by then. */
function ofAccount(ceremony: string, { id }: Account): string {
  return `${ceremony} account:${id}`;
}

function refused(reason: PasskeyRefusal): { readonly kind: 'refused'; readonly reason: PasskeyRefusal } {
  return { kind: 'refused', reason };
}
