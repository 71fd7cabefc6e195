import { Injectable } from '@nestjs/common';
import { isDeepStrictEqual } from 'node:util';
import { Audit, type AuditName } from '../../audit/audit.service.js';
import {
  draftMetadata,
  draftMistakes,
  usesSecret,
  atItsField,
  type ClientFields,
} from '../../clients/client-draft.js';
import type { ClientMistake } from '../../clients/client-rules.js';
import { fieldChanges } from '../../clients/plan.js';
import { OperatorClients, type Kept } from '../../clients/operator-clients.service.js';
import { Config } from '../../config/config.js';
import { Sql, type SqlRunner } from '../../database/sql.js';
import { DeclaredScopes } from '../../oidc/claims/declared-scopes.js';
import { ClientRemoval } from '../../oidc/sessions/client-removal.service.js';
import type { Actor } from '../actor.js';
import { auditedChange } from '../audited-change.js';
import { ClientDirectory } from './client-directory.js';
import { managedClient, type Done, type ManagedClient, type Refused } from './managed-client.js';
import { ProviderRules } from './provider-rules.js';

const NOT_HERE: Refused = { kind: 'not-here' };
const STALE: Refused = { kind: 'stale' };

/**
 * What operators do with clients that they make here: on the pages, from the shell, by the API. A client of the clients file is
 * only shown, and so is one that registered itself. Whoever changes one says which version they have seen, so that nothing is
 * overwritten unseen. A secret is returned once and never again.
 */
@Injectable()
export class ManagedClients {
  constructor(
    private readonly config: Config,
    private readonly sql: Sql,
    private readonly store: OperatorClients,
    private readonly directory: ClientDirectory,
    private readonly rules: ProviderRules,
    private readonly scopes: DeclaredScopes,
    private readonly removal: ClientRemoval,
    private readonly audit: Audit,
  ) {}

  /** Whoever declared them. @param after the id that the page before ended with */
  list(asked: { search?: string; origin?: string; after?: string; limit?: number } = {}) {
    return this.directory.page(asked);
  }

  async find(id: string): Promise<ManagedClient | undefined> {
    const client = await this.store.find(id);
    return client ? managedClient(client) : undefined;
  }

  /** @param fields as the clients file would have them, without secrets: where one is needed, it is made */
  async create(actor: Actor, fields: ClientFields): Promise<Done | Refused> {
    const checked = await this.check(fields);
    if (checked.mistakes.length > 0) return { kind: 'mistaken', mistakes: checked.mistakes };
    const id = fields['client_id'] as string;
    const secret = usesSecret(fields) ? this.store.newSecret() : undefined;
    const made = await this.audited(actor, { name: 'client.created', id, detail: { after: fields } }, (sql) =>
      this.store.insert(sql, id, checked.kept, secret),
    );
    return made ? this.done(id, secret) : { kind: 'taken' };
  }

  /**
   * @param fields all of them: what is not there is gone
   * @param version as it was seen
   */
  async update(actor: Actor, id: string, version: number, fields: ClientFields): Promise<Done | Refused> {
    const before = await this.ours(id);
    if (!before) return NOT_HERE;
    const wanted = { ...fields, client_id: id };
    const checked = await this.check(wanted, before.secret?.hasOld);
    if (checked.mistakes.length > 0) return { kind: 'mistaken', mistakes: checked.mistakes };
    if (isDeepStrictEqual(before.fields, wanted)) return this.unchanged(before, version);
    const secret = this.secretAfter(before, wanted);
    const detail = { changes: fieldChanges(before.fields, wanted), ...(secret ? { secret: 'made' } : {}) };
    const updated = await this.audited(actor, { name: 'client.updated', id, detail }, (sql) =>
      this.store.update(sql, id, version, checked.kept, secret),
    );
    return updated ? this.done(id, secret ?? undefined) : STALE;
  }

  /** Another secret counts at once. The one before counts as well until `endOldSecret`, where two are possible. */
  async rotateSecret(actor: Actor, id: string, version: number): Promise<Done | Refused> {
    const client = await this.ours(id);
    if (!client?.secret) return NOT_HERE;
    if (client.version !== version) return STALE;
    const { overlaps } = client.secret;
    const secret = this.store.newSecret();
    const rotated = await this.audited(
      actor,
      { name: 'client.secret-rotated', id, detail: { overlap: overlaps } },
      (sql) => this.store.setSecret(sql, id, version, secret, overlaps),
    );
    return rotated ? this.done(id, secret) : STALE;
  }

  async endOldSecret(actor: Actor, id: string): Promise<Done | Refused> {
    const ended = await this.audited(actor, { name: 'client.old-secret-ended', id, detail: {} }, (sql) =>
      this.store.endOldSecret(sql, id),
    );
    return ended ? this.done(id, undefined) : NOT_HERE;
  }

  /** One that was refused, exactly as it was sent. It is added to what is there: no version has to be seen for that. */
  async addRedirectUri(actor: Actor, id: string, uri: string): Promise<Done | Refused> {
    const before = await this.ours(id);
    if (!before) return NOT_HERE;
    const had = (before.fields['redirect_uris'] ?? []) as string[];
    if (had.includes(uri)) return this.done(id, undefined);
    const redirectUris = [...had, uri];
    const checked = await this.check(
      { ...before.fields, redirect_uris: redirectUris },
      before.secret?.hasOld,
    );
    if (checked.mistakes.length > 0) return { kind: 'mistaken', mistakes: checked.mistakes };
    const detail = { uri, before: had, after: redirectUris };
    const added = await this.audited(actor, { name: 'client.redirect-uri-added', id, detail }, (sql) =>
      this.store.update(sql, id, before.version, checked.kept, undefined),
    );
    return added ? this.done(id, undefined) : STALE;
  }

  /** @param logo a data: URL; undefined: it has none any more */
  async setLogo(
    actor: Actor,
    id: string,
    version: number,
    logo: string | undefined,
  ): Promise<Done | Refused> {
    const before = await this.ours(id);
    if (!before) return NOT_HERE;
    // Here as well as where it is written: of what a form can send not everything is a number to PostgreSQL.
    if (before.version !== version) return STALE;
    if (before.logo === logo) return this.unchanged(before, version);
    const described = (picture: string | undefined) =>
      picture ? `a picture of ${picture.length} characters` : null;
    const detail = { changes: [{ field: 'logo', before: described(before.logo), after: described(logo) }] };
    const set = await this.audited(actor, { name: 'client.updated', id, detail }, (sql) =>
      this.store.setLogo(sql, id, version, logo ?? null),
    );
    return set ? this.done(id, undefined) : STALE;
  }

  /**
   * What it holds ends, for everyone who let it in; it is told of that, once.
   * @param version as it was seen; undefined: it goes whatever it is
   * @returns how many people that were
   */
  async remove(
    actor: Actor,
    id: string,
    version?: number,
  ): Promise<{ kind: 'removed'; people: number } | Refused> {
    const before = await this.ours(id);
    if (!before) return NOT_HERE;
    // What is refused has ended nothing: it is decided here, and from here on nobody changes the client any more.
    if (!(await this.store.letGo(id, version)))
      return version !== undefined && (await this.ours(id)) ? STALE : NOT_HERE;
    const { people, done } = await this.removal.around([id], () =>
      this.audited(actor, { name: 'client.removed', id, detail: { before: before.fields } }, (sql) =>
        this.store.delete(sql, id),
      ),
    );
    return done ? { kind: 'removed', people } : NOT_HERE;
  }

  /** What is wrong with these fields today: what was right when they were written need not be any more. */
  async mistakesIn(fields: ClientFields, hasOldSecret = false): Promise<readonly ClientMistake[]> {
    return (await this.check(fields, hasOldSecret)).mistakes;
  }

  private async check(
    fields: ClientFields,
    hasPreviousSecret = false,
  ): Promise<{ mistakes: ClientMistake[]; kept: Kept }> {
    const declarations = await this.store.declarations();
    const mistakes = draftMistakes({ fields, hasPreviousSecret }, this.config, declarations);
    if (mistakes.length > 0) return { mistakes, kept: { fields, metadata: {} } };
    const metadata = draftMetadata(fields, this.config, declarations);
    await this.scopes.learn();
    const secret = usesSecret(fields) ? this.store.newSecret() : undefined;
    const refusal = this.rules.refusalOf(fields['client_id'] as string, metadata, secret);
    return { mistakes: refusal ? [atItsField({ what: refusal })] : [], kept: { fields, metadata } };
  }

  /** undefined: stays as it is. */
  private secretAfter(before: ManagedClient, fields: ClientFields): string | null | undefined {
    if (!usesSecret(fields)) return before.secret ? null : undefined;
    return before.secret ? undefined : this.store.newSecret();
  }

  private async ours(id: string): Promise<ManagedClient | undefined> {
    const client = await this.find(id);
    return client?.origin === 'operator' ? client : undefined;
  }

  /** It is so already: nothing is written, here or in the log. */
  private unchanged(client: ManagedClient, seen: number): Done | Refused {
    return client.version === seen ? { kind: 'done', client, secret: undefined } : STALE;
  }

  private async done(id: string, secret: string | undefined): Promise<Done | Refused> {
    const client = await this.find(id);
    return client ? { kind: 'done', client, secret } : NOT_HERE;
  }

  private audited(
    { by, req }: Actor,
    { name, id, detail }: { name: AuditName; id: string; detail: Record<string, unknown> },
    change: (sql: SqlRunner) => Promise<boolean>,
  ): Promise<boolean> {
    const facts = { clientId: id, detail: { by, ...detail } };
    return auditedChange(this.sql, this.audit, { name, facts, req }, change);
  }
}
