import { EntityManager } from '@mikro-orm/core';
import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/audit.service.js';
import { isUniqueViolation } from '../../database/failures.js';
import { Sql } from '../../database/sql.js';
import { Languages } from '../../http/language.js';
import { Authenticators } from '../../mfa/authenticators.service.js';
import { isWeakSeed } from '../../mfa/seed.js';
import { Groups } from '../../users/groups.service.js';
import { emailKey, usernameKey } from '../../users/identifiers.js';
import { ImportedAccounts } from '../../users/imported-accounts.js';
import { prepare, type Found, type Prepared } from './foreign-user.js';
import { shown } from './shown.js';

/** What happens, or would happen, to one person of the file. */
export interface Fate {
  readonly user: string;
  readonly outcome: 'created' | 'would-create' | 'skipped' | 'refused';
  readonly reason?: string;
  readonly notes?: readonly string[];
}

export interface ImportReport {
  readonly dryRun: boolean;
  readonly created: number;
  readonly wouldCreate: number;
  readonly skipped: number;
  readonly refused: number;
  readonly users: readonly Fate[];
}

/** People who are made in one commit. */
const BATCH = 50;

/** Takes people over, a batch at a time. Accounts that are there are not touched, so a second run skips whom the first one made. */
@Injectable()
export class Imports {
  constructor(
    private readonly em: EntityManager,
    private readonly sql: Sql,
    private readonly accounts: ImportedAccounts,
    private readonly authenticators: Authenticators,
    private readonly groups: Groups,
    private readonly languages: Languages,
    private readonly audit: Audit,
  ) {}

  async run(
    kind: string,
    found: AsyncIterable<Found> | Iterable<Found>,
    { dryRun }: { dryRun: boolean },
  ): Promise<ImportReport> {
    const fates: Fate[] = [];
    const seen = new Set<string>();
    let batch: { at: number; prepared: Prepared }[] = [];
    const settle = async () => {
      if (!dryRun) for (const [at, fate] of await this.make(kind, batch)) fates[at] = fate;
      batch = [];
    };
    for await (const each of found) {
      const user = shown(each.kind === 'user' ? each.user.username : each.label);
      if (each.kind === 'nobody') {
        fates.push({ user, outcome: 'skipped', reason: each.reason });
        continue;
      }
      const prepared = each.kind === 'user' ? prepare(each.user, this.languages.codes) : each.reason;
      if (typeof prepared === 'string') {
        fates.push({ user, outcome: 'refused', reason: prepared });
        continue;
      }
      const { account } = prepared;
      const keys = [`name ${usernameKey(account.username)}`, `mail ${emailKey(account.email)}`];
      if (keys.some((key) => seen.has(key))) {
        fates.push({ user, outcome: 'refused', reason: 'twice-in-the-file' });
        continue;
      }
      for (const key of keys) seen.add(key);
      const obstacle = await this.accounts.obstacle(account);
      if (obstacle) {
        fates.push({ user, outcome: 'skipped', reason: obstacle });
        continue;
      }
      const at = fates.push({ user, outcome: 'would-create', ...notesOf(prepared) }) - 1;
      batch.push({ at, prepared });
      if (batch.length >= BATCH) await settle();
    }
    await settle();
    return reportOf(fates, dryRun);
  }

  /** All in one commit; where somebody else was quicker with a name, one after the other. */
  private async make(
    kind: string,
    batch: readonly { at: number; prepared: Prepared }[],
  ): Promise<[number, Fate][]> {
    if (batch.length === 0) return [];
    for (const group of new Set(batch.flatMap(({ prepared }) => prepared.groups)))
      await this.groups.create(group);
    try {
      await this.insert(
        kind,
        batch.map(({ prepared }) => prepared),
      );
      return batch.map(({ at, prepared }) => [at, created(prepared)]);
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      const [only, ...more] = batch;
      if (more.length === 0) {
        const { username } = only!.prepared.account;
        return [[only!.at, { user: shown(username), outcome: 'skipped', reason: 'taken-meanwhile' }]];
      }
      const fates: [number, Fate][] = [];
      for (const each of batch) fates.push(...(await this.make(kind, [each])));
      return fates;
    }
  }

  private insert(kind: string, people: readonly Prepared[]): Promise<void> {
    return this.em.fork().transactional(async (em) => {
      const sql = this.sql.within(em);
      for (const person of people) {
        const id = await this.accounts.insertWithin(em, person.account);
        for (const { name, seed } of person.seeds) await this.authenticators.adoptWithin(em, id, name, seed);
        for (const group of person.groups) await this.groups.add(id, group, sql);
        // In the same commit: nobody is here of whom it is not written where they came from.
        await this.sql.gather(
          () => this.noteDown(kind, id, person),
          (write) => write(sql),
        );
      }
    });
  }

  private async noteDown(kind: string, accountId: string, { seeds, groups }: Prepared): Promise<void> {
    const detail = { by: 'shell', import: kind };
    await this.audit.record('account.registered', { accountId, detail });
    for (const { seed } of seeds)
      await this.audit.record('second-factor.enrolled', {
        accountId,
        factor: 'totp',
        detail: { ...detail, ...(isWeakSeed(seed) ? { weak: true } : {}) },
      });
    for (const group of groups)
      await this.audit.record('group.joined', { accountId, detail: { ...detail, group } });
  }
}

function created(prepared: Prepared): Fate {
  return { user: shown(prepared.account.username), outcome: 'created', ...notesOf(prepared) };
}

function notesOf({ notes }: Prepared): Pick<Fate, 'notes'> {
  return notes.length > 0 ? { notes: notes.map((note) => shown(note, 300)) } : {};
}

function reportOf(users: readonly Fate[], dryRun: boolean): ImportReport {
  const count = (outcome: Fate['outcome']) => users.filter((each) => each.outcome === outcome).length;
  return {
    dryRun,
    created: count('created'),
    wouldCreate: count('would-create'),
    skipped: count('skipped'),
    refused: count('refused'),
    users,
  };
}
