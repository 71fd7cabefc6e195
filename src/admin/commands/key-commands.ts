import { Injectable } from '@nestjs/common';
import { SHELL } from '../actor.js';
import { SigningKeys, type ListedKey, type Rotated } from '../keys/signing-keys.service.js';
import type { Outcome } from './outcome.js';
import type { KeyCommand } from './key-commands.list.js';

const WARNING = [
  'Applications that keep the list of keys for longer than a minute, and do not look again when they meet an unknown key,',
  'refuse sign-ins until they do: most look again within 5 minutes, some only after a restart.',
].join('\n');

/** Signing keys from the shell. */
@Injectable()
export class KeyCommands {
  constructor(private readonly keys: SigningKeys) {}

  async run(command: KeyCommand, args: string[]): Promise<Outcome> {
    switch (command) {
      case 'keys':
        return this.list();
      case 'rotate-keys':
        return this.rotate('in-a-day');
      case 'rotate-keys-now':
        return this.rotate('in-a-minute');
      case 'revoke-key':
        return this.revoke(args[0]!);
    }
  }

  private async list(): Promise<Outcome> {
    const keys = await this.keys.list();
    return { done: true, message: keys.map(line).join('\n'), facts: { keys: keys.map(withTimes) } };
  }

  private async rotate(when: 'in-a-day' | 'in-a-minute'): Promise<Outcome> {
    const rotated = await this.keys.rotate(SHELL, when);
    const lines = rotated.map((each) => `${each.alg}: ${said(each)}`);
    return {
      done: true,
      message: [...lines, ...(when === 'in-a-minute' ? [WARNING] : [])].join('\n'),
      facts: {
        rotated: rotated.map((each) =>
          'signsFrom' in each ? { ...each, signsFrom: time(each.signsFrom) } : each,
        ),
      },
    };
  }

  private async revoke(kid: string): Promise<Outcome> {
    const outcome = await this.keys.revoke(SHELL, kid);
    if (outcome.kind === 'no-key')
      return { done: false, message: `there is no signing key ${JSON.stringify(kid)}: see \`keys\`` };
    return {
      done: true,
      facts: { kid, alg: outcome.alg, signing: outcome.signing ?? null },
      message: [
        `${kid} is revoked and its private half deleted. Every instance leaves it out of the list of keys within a minute,`,
        `and accepts nothing that it signed. ${outcome.signing} signs ${outcome.alg} now.`,
        'Applications refuse what it signed when they next read the list: most keep it for 5 minutes, so restart those that',
        'matter. Sessions and refresh tokens were not signed by it and go on.',
      ].join('\n'),
    };
  }
}

function said(rotated: Rotated): string {
  switch (rotated.kind) {
    case 'published':
      return `${rotated.kid} is published, and signs from ${time(rotated.signsFrom)}`;
    case 'published-already':
      return `${rotated.kid} is published already, and signs from ${time(rotated.signsFrom)}`;
    case 'made-meanwhile':
      return 'the server has published a new key at this very moment: see `keys`';
  }
}

function withTimes({ kid, alg, state, createdAt, at, deletedAt }: ListedKey) {
  const moment = (each: number | undefined) => (each === undefined ? null : time(each));
  return { kid, alg, state, createdAt: time(createdAt), at: moment(at), deletedAt: moment(deletedAt) };
}

function line({ kid, alg, state, createdAt, at, deletedAt }: ListedKey): string {
  const times = {
    published: () => `signs from ${time(at!)}`,
    signs: () => `since ${time(at!)}`,
    leaving: () => `signed until ${time(at!)}, deleted ${time(deletedAt!)}`,
    over: () => 'deleted within a minute',
    revoked: () => `since ${time(at!)}`,
  };
  return [kid, alg, state, `made ${time(createdAt)}`, times[state]()].join('\t');
}

function time(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
