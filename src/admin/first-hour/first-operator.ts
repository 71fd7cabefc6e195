import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { Audit } from '../../audit/audit.service.js';
import { Sql } from '../../database/sql.js';
import { SecondFactors } from '../../mfa/second-factors.service.js';
import type { Account } from '../../users/account.entity.js';
import { SetUpLinks } from '../../users/set-up-links.js';

/** Turns the holder of the set-up link into the first operator. */
@Injectable()
export class FirstOperator {
  constructor(
    private readonly sql: Sql,
    private readonly links: SetUpLinks,
    private readonly secondFactors: SecondFactors,
    private readonly audit: Audit,
  ) {}

  /**
   * @param account as it was when the browser's session was looked at
   * @returns false: the link was used, or there is an operator, or the account has no second factor or changed meanwhile
   */
  async make(account: Account, token: string, req: Request): Promise<boolean> {
    const made = (await this.secondFactors.has(account.id)) && (await this.spend(account, token));
    await this.audit.record(
      'operator.made',
      {
        accountId: account.id,
        result: made ? 'success' : 'failure',
        detail: { by: 'set-up link' },
      },
      req,
    );
    return made;
  }

  /** One transaction. A factor that is removed at this moment changes the generation, and is waited for here. */
  private spend({ id, factorGeneration }: Account, token: string): Promise<boolean> {
    return this.sql.transaction(async (sql) => {
      const unchanged = await sql.run(
        `UPDATE account SET factor_generation = factor_generation
         WHERE id = ? AND factor_generation = ? AND disabled_at IS NULL`,
        id,
        factorGeneration,
      );
      return unchanged === 1 && (await this.links.spend(sql, token, id));
    });
  }
}
