import { EntityManager } from '@mikro-orm/core';
import { Injectable } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { IsIn, IsString, Matches } from '../http/rules.js';
import { isUniqueViolation } from '../database/failures.js';
import { Clock } from '../kernel/clock.js';
import { Account } from './account.entity.js';
import { tidied, USERNAME, usernameKey } from './identifiers.js';

/** Every time zone one can choose: IANA's names, as far as this runtime can tell the time there. */
export const TIME_ZONES: readonly string[] = [
  ...new Set(['UTC', ...Intl.supportedValuesOf('timeZone')]),
].sort();

/**
 * One line of at most 100 characters, none of them a control character, half a character, or one that turns the direction of writing:
 * with those a name could change how the text around it reads (Trojan Source, CVE-2021-42574).
 */
export const ONE_LINE = /^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]{0,100}$/u;

/** What a person says of themselves; an empty field is nothing said. */
export class ProfileForm {
  @Transform(tidied)
  @Matches(USERNAME, { message: 'form.username' })
  @IsString({ message: 'form.username' })
  username!: string;

  @Transform(tidied)
  @Matches(ONE_LINE, { message: 'form.display-name' })
  @IsString({ message: 'form.display-name' })
  displayName!: string;

  @IsIn(['', ...TIME_ZONES], { message: 'form.time-zone' })
  @IsString({ message: 'form.time-zone' })
  timeZone!: string;
}

/** How a person is called, and which clock they read. */
@Injectable()
export class Profiles {
  constructor(
    private readonly em: EntityManager,
    private readonly clock: Clock,
  ) {}

  /** The unique index says whether the user name is free. @param account as it was read for this request */
  async change(account: Account, form: ProfileForm): Promise<'changed' | 'unchanged' | 'username-taken'> {
    const profile = {
      username: form.username,
      displayName: form.displayName || null,
      timeZone: form.timeZone || null,
    };
    const { username, displayName, timeZone } = profile;
    if (
      account.username === username &&
      account.displayName === displayName &&
      account.timeZone === timeZone
    ) {
      return 'unchanged';
    }
    const changes = { ...profile, usernameKey: usernameKey(username), updatedAt: this.clock.now() };
    try {
      await this.em.fork().nativeUpdate(Account, { id: account.id }, changes);
      return 'changed';
    } catch (error) {
      if (isUniqueViolation(error)) return 'username-taken';
      throw error;
    }
  }
}
