import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import type { Context, Next } from 'koa';
import { errors, type Client, type KoaContextWithOIDC, type Provider } from 'oidc-provider';
import { Throttle } from '../../attempts/throttle.service.js';
import { windowOf, type ThrottledFactor } from '../../attempts/throttle-rule.js';
import { Audit } from '../../audit/audit.service.js';
import { Clock } from '../../kernel/clock.js';
import { Secrets } from '../../kernel/secrets.js';
import { Outbox } from '../../mail/outbox.js';
import { Accounts } from '../../users/accounts.service.js';
import { MailQuota } from '../../users/mail-quota.js';
import { PairwiseSubjects } from '../claims/pairwise-subjects.js';
import { subjectFor } from '../claims/pairwise.js';
import { isWanted } from '../claims/wanted-person.js';
import { Entry } from '../claims/entry.js';
import { POLLING_INTERVAL } from './polling.js';
import { RecordStore } from '../records/record.store.js';
import { WaitingPlaces } from './waiting-places.js';

type BackchannelRequest = InstanceType<Provider['BackchannelAuthenticationRequest']>;

/** What a person compares on two screens: words and digits, nothing that could pass for our own text. */
const BINDING_MESSAGE = /^[\p{L}\p{N} ._+\-/!?#:]{1,64}$/u;

/** An application asks too much. */
class TooManyRequests extends errors.OIDCProviderError {
  constructor(description: string) {
    super(429, 'too_many_requests');
    this.error_description = description;
  }
}

/**
 * The application's side of CIBA (OpenID Connect Client-Initiated Backchannel Authentication Core 1.0): who is meant, and what
 * is refused. The person's side is approvals.service.ts.
 */
@Injectable()
export class Ciba {
  constructor(
    private readonly accounts: Accounts,
    private readonly entry: Entry,
    private readonly places: WaitingPlaces,
    private readonly subjects: PairwiseSubjects,
    private readonly secrets: Secrets,
    private readonly store: RecordStore,
    private readonly throttle: Throttle,
    private readonly quota: MailQuota,
    private readonly outbox: Outbox,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  /** Who is named by `login_hint`; nobody, if the claims parameter asks for somebody else (OpenID Connect Core, section 5.5.1). */
  accountOf({ oidc }: KoaContextWithOIDC, loginHint = ''): Promise<string | undefined> {
    const client = oidc.client!;
    return this.counted(client, async () => {
      const account = loginHint.length > 320 ? null : await this.accounts.findByIdentifier(loginHint);
      if (!account || account.disabledAt) return undefined;
      return isWanted(claimsOf(oidc), subjectFor(this.secrets, account.id, client)) ? account.id : undefined;
    });
  }

  /** The same of `id_token_hint`, which was issued to this client. @param subject what it says */
  async hinted({ oidc }: KoaContextWithOIDC, subject: string): Promise<string | undefined> {
    const client = oidc.client!;
    if (!isWanted(claimsOf(oidc), subject)) return undefined;
    if (client.subjectType !== 'pairwise') return subject;
    return this.counted(client, () => this.subjects.accountOf(client, subject));
  }

  /**
   * The standard tells an application whether there is such a person (`unknown_user_id`). Only an authenticated one gets
   * there, and it cannot go through a list: who is unknown, disabled, or another one than it asks for, is counted against it.
   */
  private async counted(
    client: Client,
    find: () => Promise<string | undefined>,
  ): Promise<string | undefined> {
    const subject = `${client.clientId} ${windowOf(this.clock.now().getTime())}`;
    const counted: [ThrottledFactor, Parameters<Throttle['admit']>[1]] = [
      'login-hint',
      { subject, isAccount: false, browserTokens: [] },
    ];
    if (!(await this.throttle.admit(...counted)).admitted)
      throw new TooManyRequests('too many unknown login hints');
    const found = await find();
    if (found !== undefined) await this.throttle.takeBack(...counted);
    return found;
  }

  /** @throws InvalidRequest */
  refuseLoginHintToken(): never {
    throw new errors.InvalidRequest('login_hint_token is not supported; send login_hint or id_token_hint');
  }

  checkBindingMessage(message: string | undefined): void {
    if (message !== undefined && !BINDING_MESSAGE.test(message))
      throw new errors.InvalidBindingMessage(
        'binding_message: 1 to 64 letters, digits, spaces and ._+-/!?#:',
      );
  }

  /** Before the request is kept. */
  async admit(client: Client, accountId: string, userCode: string | undefined): Promise<void> {
    if (userCode !== undefined) throw new errors.InvalidRequest('user_code is not supported');
    if (!(await this.entry.isOpen(client, accountId)))
      throw new errors.AccessDenied('the person is in none of the groups that may use this client');
  }

  /**
   * The request waits, if there is a place. Tells the person that somebody waits, where mail is configured, as often as anybody
   * can have mail sent.
   * @throws TooManyRequests
   */
  async tell(ctx: KoaContextWithOIDC, request: BackchannelRequest, client: Client): Promise<void> {
    const { jti: id, accountId, expiration: expiresIn } = request;
    const waiting = { id, clientId: client.clientId, accountId: accountId!, expiresIn };
    if (!(await this.places.take(waiting))) {
      await request.destroy();
      throw new TooManyRequests('too many requests wait for this person');
    }
    (ctx.body as Record<string, unknown>)['interval'] = POLLING_INTERVAL;
    const facts = { accountId, clientId: client.clientId };
    await this.audit.record('approval.requested', facts, ctx.req as Request);
    const account = this.outbox.isOpen ? await this.accounts.find(accountId!) : null;
    if (!account || !(await this.quota.admit(account.email)).admitted) return;
    const name = client.clientName ?? client.clientId;
    await this.store.join((sql) => this.outbox.add(sql, 'approval-requested', account.id, { client: name }));
  }
}

/** The one person whom the claims parameter may ask for; the hints are read elsewhere. */
function claimsOf({ params }: KoaContextWithOIDC['oidc']): { claims?: string } {
  const claims = params?.['claims'] as string | undefined;
  return claims === undefined ? {} : { claims };
}

/** The library claims otherwise in its discovery document. */
export async function denyUserCodes(ctx: Context, next: Next): Promise<void> {
  await next();
  const document = ctx.body as Record<string, unknown> | undefined;
  if ((ctx as KoaContextWithOIDC).oidc?.route === 'discovery' && document)
    document['backchannel_user_code_parameter_supported'] = false;
}
