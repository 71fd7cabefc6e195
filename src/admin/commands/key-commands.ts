import { Injectable } from '@nestjs/common';
import { SHELL } from '../actor.js';
import { SigningKeys, type ListedKey, type Rotated } from '../keys/signing-keys.service.js';
import type { Outcome } from './account-commands.js';
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
        return { done: true, message: (await this.keys.list()).map(line).join('\n') };
      case 'rotate-keys':
        return { done: true, message: await this.rotate('in-a-day') };
      case 'rotate-keys-now':
        return { done: true, message: `${await this.rotate('in-a-minute')}\n${WARNING}` };
      case 'revoke-key':
        return this.revoke(args[0]!);
    }
  }

  private async rotate(when: 'in-a-day' | 'in-a-minute'): Promise<string> {
    const rotated = await this.keys.rotate(SHELL, when);
    return rotated.map((each) => `${each.alg}: ${said(each)}`).join('\n');
  }

  private async revoke(kid: string): Promise<Outcome> {
    const outcome = await this.keys.revoke(SHELL, kid);
    if (outcome.kind === 'no-key')
      return { done: false, message: `there is no signing key ${JSON.stringify(kid)}: see \`keys\`` };
    return {
      done: true,
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
