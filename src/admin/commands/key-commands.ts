import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/audit.service.js';
import { Config } from '../../config/config.js';
import { Clock } from '../../kernel/clock.js';
import { ALGORITHMS } from '../../keys/algorithms.js';
import { KeyTable, type StoredKey } from '../../keys/key-table.js';
import { EVERYBODY_KNOWS, keptFor, LEAD, rolesOf, type KeyFacts } from '../../keys/schedule.js';
import type { Outcome } from './account-commands.js';
import type { KeyCommand } from './key-commands.list.js';

const WARNING = [
  'Applications that keep the list of keys for longer than a minute, and do not look again when they meet an unknown key,',
  'refuse sign-ins until they do: most look again within 5 minutes, some only after a restart.',
].join('\n');

/**
 * What an operator can do about signing keys from the shell. Every instance follows within a minute. Each act is audited.
 */
@Injectable()
export class KeyCommands {
  constructor(
    private readonly config: Config,
    private readonly table: KeyTable,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  async run(command: KeyCommand, args: string[]): Promise<Outcome> {
    switch (command) {
      case 'keys':
        return { done: true, message: await this.list() };
      case 'rotate-keys':
        return { done: true, message: await this.rotate(LEAD) };
      case 'rotate-keys-now':
        return { done: true, message: `${await this.rotate(EVERYBODY_KNOWS)}\n${WARNING}` };
      case 'revoke-key':
        return this.revoke(args[0]!);
    }
  }

  private async rotate(lead: number): Promise<string> {
    const keys = await this.table.all();
    const lines: string[] = [];
    for (const alg of Object.keys(ALGORITHMS)) {
      const line = await this.rotateOne(
        alg,
        keys.filter((key) => key.alg === alg),
        lead,
      );
      lines.push(`${alg}: ${line}`);
    }
    return lines.join('\n');
  }

  /** One that is published already is the next: there is never more than one to come. */
  private async rotateOne(alg: string, keys: StoredKey[], lead: number): Promise<string> {
    const at = this.now() + lead;
    const coming = rolesOf(keys, this.now(), 0).coming.at(0);
    if (coming && !(await this.table.bringForward(coming.kid, at)))
      return `${coming.kid} is published already, and signs from ${time(coming.activeAt)}`;
    const generation = Math.max(0, ...keys.map((key) => key.generation)) + 1;
    const key: KeyFacts | undefined = coming ?? (await this.table.make(alg, generation, at));
    if (!key) return 'the server has published a new key at this very moment: see `keys`';
    await this.audit.record('signing-key.published', {
      detail: { by: 'shell', kid: key.kid, alg, signsFrom: time(at) },
    });
    return `${key.kid} is published, and signs from ${time(at)}`;
  }

  private async revoke(kid: string): Promise<Outcome> {
    const key = (await this.table.all()).find((each) => each.kid === kid);
    if (!key || !(await this.table.revoke(key)))
      return { done: false, message: `there is no signing key ${JSON.stringify(kid)}: see \`keys\`` };
    await this.audit.record('signing-key.revoked', { detail: { by: 'shell', kid, alg: key.alg } });
    const ofAlgorithm = (await this.table.all()).filter(({ alg }) => alg === key.alg);
    const { signing } = rolesOf(ofAlgorithm, this.now(), 0);
    return {
      done: true,
      message: [
        `${kid} is revoked and its private half deleted. Every instance leaves it out of the list of keys within a minute,`,
        `and accepts nothing that it signed. ${signing?.kid} signs ${key.alg} now.`,
        'Applications refuse what it signed when they next read the list: most keep it for 5 minutes, so restart those that',
        'matter. Sessions and refresh tokens were not signed by it and go on.',
      ].join('\n'),
    };
  }

  private async list(): Promise<string> {
    const keys = await this.table.all();
    const kept = keptFor(this.config.sessionLifetime);
    return Object.keys(ALGORITHMS)
      .flatMap((alg) => {
        const ofAlgorithm = keys.filter((key) => key.alg === alg);
        const { signing, coming, leaving, revoked, over } = rolesOf(ofAlgorithm, this.now(), kept);
        /** A key has signed until the next one did. */
        const until = ({ generation }: KeyFacts) =>
          [...leaving, ...(signing ? [signing] : [])].find((next) => next.generation > generation)?.activeAt;
        return [
          ...coming.map((key) => line(key, 'published', `signs from ${time(key.activeAt)}`)),
          ...(signing ? [line(signing, 'signs', `since ${time(signing.activeAt)}`)] : []),
          ...leaving.map((key) =>
            line(key, 'leaving', `signed until ${time(until(key)!)}, deleted ${time(until(key)! + kept)}`),
          ),
          ...over.map((key) => line(key, 'over', 'deleted within a minute')),
          ...revoked.map((key) => line(key, 'revoked', `since ${time(key.revokedAt!)}`)),
        ];
      })
      .join('\n');
  }

  private now(): number {
    return this.clock.now().getTime();
  }
}

function line({ kid, alg, createdAt }: KeyFacts, state: string, times: string): string {
  return [kid, alg, state, `made ${time(createdAt)}`, times].join('\t');
}

function time(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
