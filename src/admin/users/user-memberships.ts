import { Injectable } from '@nestjs/common';
import { Audit, type AuditName } from '../../audit/audit.service.js';
import type { Account } from '../../users/account.entity.js';
import { Groups, isBuiltInGroup } from '../../users/groups.service.js';
import { SessionEndings } from '../../oidc/sessions/session-endings.service.js';
import { Operators, type Role } from '../../users/operators.service.js';
import { PersonFacts } from '../../users/person-facts.service.js';
import { SetUpLinks } from '../../users/set-up-links.js';
import { SHELL, type Actor } from '../actor.js';
import { DONE, refused, type Acted } from './acted.js';
import { Permission } from './permission.js';

const OPERATOR = { operator: true };

/** Somebody's groups, role and attributes: what applications decide by, and who may be here. For operators with every right. */
@Injectable()
export class UserMemberships {
  constructor(
    private readonly groups: Groups,
    private readonly operators: Operators,
    private readonly setUpLinks: SetUpLinks,
    private readonly facts: PersonFacts,
    private readonly endings: SessionEndings,
    private readonly permission: Permission,
    private readonly audit: Audit,
  ) {}

  /** Idempotent. */
  async addToGroup(actor: Actor, account: Account, group: string): Promise<Acted> {
    const refusal = await this.permission.refusal(actor, account, OPERATOR);
    if (refusal) return refusal;
    if (isBuiltInGroup(group)) return refused('built-in-group');
    const outcome = await this.groups.add(account.id, group);
    if (outcome === 'no-group') return refused('no-group');
    if (outcome === 'added') await this.record('group.joined', actor, account, { group });
    return DONE;
  }

  async removeFromGroup(actor: Actor, account: Account, group: string): Promise<Acted> {
    const refusal = await this.permission.refusal(actor, account, OPERATOR);
    if (refusal) return refusal;
    if (isBuiltInGroup(group)) return refused('built-in-group');
    if (!(await this.groups.remove(account.id, group))) return refused('not-member');
    await this.record('group.left', actor, account, { group });
    return DONE;
  }

  /**
   * Somebody has one role at most, and one operator who can sign in stays, unless the shell ends them: it can make another.
   * @param role undefined: none any more
   * @returns the role before
   */
  async setRole(
    actor: Actor,
    account: Account,
    role: Role | undefined,
  ): Promise<Acted<{ readonly before: Role | undefined }>> {
    const refusal = await this.permission.refusal(actor, account, OPERATOR);
    if (refusal) return refusal;
    const set = await this.operators.setRole(account.id, role, { evenTheLast: actor === SHELL });
    if (set === 'last-operator') return refused('last-operator');
    if (role === 'operator') await this.setUpLinks.end();
    // A session that the help desk began by a link for somebody without a role must not become an operator's. The shell, which
    // promotes whoever runs it, leaves sessions alone.
    if (role && set.before !== role && actor !== SHELL && actor.by !== account.id)
      await this.endings.everything(account.id);
    if (set.before !== role)
      await this.record(role ? 'operator.made' : 'operator.ended', actor, account, {
        before: set.before ?? null,
        after: role ?? null,
      });
    return { kind: 'done', before: set.before };
  }

  /** @param value checked by the caller (attributes.ts) */
  async setAttribute(actor: Actor, account: Account, name: string, value: unknown): Promise<Acted> {
    const refusal = await this.permission.refusal(actor, account, OPERATOR);
    if (refusal) return refusal;
    const before = await this.facts.setAttribute(account.id, name, value);
    await this.record('attribute.changed', actor, account, {
      attribute: name,
      before: before ?? null,
      after: value,
    });
    return DONE;
  }

  async unsetAttribute(actor: Actor, account: Account, name: string): Promise<Acted> {
    const refusal = await this.permission.refusal(actor, account, OPERATOR);
    if (refusal) return refusal;
    const before = await this.facts.unsetAttribute(account.id, name);
    if (before === undefined) return refused('not-set');
    await this.record('attribute.changed', actor, account, { attribute: name, before, after: null });
    return DONE;
  }

  private record(
    name: AuditName,
    { by, req }: Actor,
    { id }: Account,
    detail: Record<string, unknown>,
  ): Promise<void> {
    return this.audit.record(name, { accountId: id, detail: { by, ...detail } }, req);
  }
}
