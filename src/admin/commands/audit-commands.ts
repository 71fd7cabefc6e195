import { Injectable } from '@nestjs/common';
import { AuditVerification, readHead } from '../../audit/audit-verification.service.js';
import type { Outcome } from './account-commands.js';

/** As the exit code of `audit verify`: neither a failure (1) nor a typing error (64). */
const EXIT_NOT_WHOLE = 3;
const EXIT_USAGE = 64;

/** What an operator, or a script of theirs, can ask of the audit log from the shell. */
@Injectable()
export class AuditCommands {
  constructor(private readonly verification: AuditVerification) {}

  /** @param args the head that an earlier verification has printed */
  async run([text]: string[]): Promise<Outcome> {
    const head = text === undefined ? undefined : readHead(text);
    if (text !== undefined && !head)
      return {
        done: false,
        exitCode: EXIT_USAGE,
        message: 'a head is what an earlier `audit verify` has printed as "head"',
      };
    const report = await this.verification.verify(head ? [head] : []);
    return {
      done: report.whole,
      ...(report.whole ? {} : { exitCode: EXIT_NOT_WHOLE }),
      message: JSON.stringify(report, undefined, 2),
    };
  }
}
