import { Injectable } from '@nestjs/common';
import { isDeepStrictEqual } from 'node:util';
import { Audit, type AuditName } from '../../audit/audit.service.js';
import type { Account } from '../../users/account.entity.js';
import { Groups, isBuiltInGroup } from '../../users/groups.service.js';
import { SessionEndings } from '../../oidc/sessions/session-endings.service.js';
import { Operators, type Role } from '../../users/operators.service.js';
import { PersonFacts, type Attributes } from '../../users/person-facts.service.js';
import { SetUpLinks } from '../../users/set-up-links.js';
import type { Still } from '../../users/still.js';
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
    return this.changeAttributes(actor, account, (now) => ({ ...now, [name]: value }));
  }

  /**
   * The attributes become these and no others, in one commit; each that changes is a line of the log.
   * @param attributes checked by the caller (attributes.ts)
   */
  async setAttributes(actor: Actor, account: Account, attributes: Attributes, still?: Still): Promise<Acted> {
    return this.changeAttributes(actor, account, () => attributes, still);
  }

  async unsetAttribute(actor: Actor, account: Account, name: string): Promise<Acted> {
    const refusal = await this.permission.refusal(actor, account, OPERATOR);
    if (refusal) return refusal;
    if (!Object.hasOwn(account.attributes ?? {}, name)) return refused('not-set');
    return this.changeAttributes(actor, account, ({ [name]: _gone, ...rest }) => rest);
  }

  private async changeAttributes(
    actor: Actor,
    account: Account,
    wanted: (now: Attributes) => Attributes,
    still?: Still,
  ): Promise<Acted> {
    // What is so already needs nobody's leave: a program may say it of operators, too, night after night.
    const now = account.attributes ?? {};
    if (isDeepStrictEqual(wanted(now), now)) return DONE;
    const refusal = await this.permission.refusal(actor, account, OPERATOR);
    if (refusal) return refusal;
    const changes = await this.facts.changeAttributes(account.id, wanted, still);
    if (changes === 'not-as-seen') return refused('not-as-seen');
    for (const { name: attribute, before = null, after = null } of changes)
      await this.record('attribute.changed', actor, account, { attribute, before, after });
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
