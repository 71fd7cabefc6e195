import { Controller, Get } from '@nestjs/common';
import { Problem } from '../../kernel/problem.js';
import type { Account } from '../../users/account.entity.js';
import { Accounts } from '../../users/accounts.service.js';
import { Api, Sent } from './api.guard.js';
import { ok, operation, type Answer, type Asked } from './operation.js';
import { tagOf } from './tags.js';
import { User, UserId, userOf } from './user.shape.js';

const SHOW = operation({
  id: 'getUser',
  summary: 'One user',
  path: { id: UserId },
  answers: { 200: User },
  tagged: true,
});

/** Accounts. */
@Controller('api/v1/users')
export class UsersController {
  constructor(private readonly accounts: Accounts) {}

  @Api('users.read', SHOW)
  @Get(':id')
  async show(@Sent() { path }: Asked<typeof SHOW>): Promise<Answer> {
    return shown(await this.find(path.id));
  }

  private async find(id: string): Promise<Account> {
    const account = await this.accounts.find(id);
    if (!account) throw new Problem('not-found', 'there is no such user');
    return account;
  }
}

function shown(account: Account): Answer {
  const user = userOf(account);
  return ok(user, { ETag: tagOf(user) });
}
