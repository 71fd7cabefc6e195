import { Injectable } from '@nestjs/common';
import { Throttle } from '../../attempts/throttle.service.js';
import { Audit } from '../../audit/audit.service.js';
import { browserName } from '../../http/browser-name.js';
import { Recovery } from '../../mfa/recovery.service.js';
import { RememberedDevices } from '../../mfa/remembered-devices.js';
import { SecondFactors } from '../../mfa/second-factors.service.js';
import { ConnectedApplications } from '../../oidc/sessions/connected-applications.service.js';
import { SessionList } from '../../oidc/sessions/session-list.service.js';
import type { Account } from '../../users/account.entity.js';
import { Groups } from '../../users/groups.service.js';
import { Operators } from '../../users/operators.service.js';

export type UserFactsOf = Awaited<ReturnType<UserFacts['of']>>;

/**
 * What operators see of somebody, ready for JSON. Everything in it is named here one by one: never a secret, nor what one
 * could be made or guessed from. No row is passed on as it stands.
 */
@Injectable()
export class UserFacts {
  constructor(
    private readonly secondFactors: SecondFactors,
    private readonly throttle: Throttle,
    private readonly recovery: Recovery,
    private readonly devices: RememberedDevices,
    private readonly sessions: SessionList,
    private readonly applications: ConnectedApplications,
    private readonly groups: Groups,
    private readonly operators: Operators,
    private readonly audit: Audit,
  ) {}

  async of(account: Account) {
    const { id } = account;
    const enrolled = await this.secondFactors.enrolled(id);
    const recovery = await this.recovery.open(id);
    return {
      id,
      username: account.username,
      displayName: account.displayName ?? null,
      email: account.email,
      emailVerifiedAt: account.emailVerifiedAt ?? null,
      locale: account.locale ?? null,
      createdAt: account.createdAt,
      state: stateOf(account),
      disabledAt: account.disabledAt ?? null,
      deletionDueAt: account.deletionDueAt ?? null,
      role: (await this.operators.roleOf(id)) ?? null,
      groups: await this.groups.of(id),
      attributes: account.attributes ?? {},
      hasPassword: account.passwordHash !== null,
      passwordChangedAt: account.passwordChangedAt ?? null,
      lastSignInAt: (await this.audit.last('sign-in.completed', id))?.at ?? null,
      factors: [
        ...enrolled.authenticators.map((each) => ({ kind: 'totp' as const, ...named(each), suspect: false })),
        ...enrolled.passkeys.map((each) => ({
          kind: 'passkey' as const,
          ...named(each),
          suspect: each.suspectSince != null,
        })),
      ],
      backupCodesLeft: enrolled.backupCodes.left,
      stopped: await this.throttle.stopped(id),
      recovery: recovery ? { requestedAt: recovery.requestedAt, effectiveAt: recovery.effectiveAt } : null,
      browsers: (await this.devices.list(id)).map(({ userAgent, createdAt, lastUsedAt, expiresAt }) => ({
        browser: browserName(userAgent),
        createdAt,
        lastUsedAt,
        expiresAt,
      })),
      sessions: (await this.sessions.of(id, '')).map((session) => ({
        id: session.id,
        browser: session.browser,
        address: session.address,
        startedAt: new Date(session.startedAt),
        lastUsedAt: new Date(session.lastUsedAt),
        applications: session.applications,
      })),
      applications: (await this.applications.of(id)).map(({ clientId, face, scopes, since }) => ({
        clientId,
        name: face.name,
        scopes,
        since: Number.isFinite(since) ? new Date(since) : null,
      })),
    };
  }
}

export function stateOf({ deletionDueAt, disabledAt }: Account): 'active' | 'disabled' | 'leaving' {
  if (deletionDueAt) return 'leaving';
  return disabledAt ? 'disabled' : 'active';
}

function named({
  id,
  name,
  createdAt,
  lastUsedAt,
}: {
  readonly id: string;
  readonly name: string;
  readonly createdAt: Date;
  readonly lastUsedAt?: Date | null | undefined;
}) {
  return { id, name, createdAt, lastUsedAt: lastUsedAt ?? null };
}
