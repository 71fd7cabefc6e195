import { Injectable } from '@nestjs/common';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { Sql } from '../../database/sql.js';
import { SecondFactors } from '../../mfa/second-factors.service.js';
import { Authenticators } from '../../mfa/authenticators.service.js';
import { unusual } from '../../mfa/seed.js';
import { Account } from '../../users/account.entity.js';
import { Groups } from '../../users/groups.service.js';
import { cellsOf, COLUMNS } from './csv-columns.js';
import { csvRecord } from './csv.js';
import { ImportFailure } from './failures.js';
import { HEADER, type Line } from './gatehouse.reader.js';

export interface ExportReport {
  readonly file: string;
  readonly users: number;
  readonly withSecrets: boolean;
  readonly says: string;
}

/** People who are read at once. */
const BATCH = 100;

const WARNING =
  'The file has every password hash and, in the clear, every seed: whoever reads it can make the codes of everybody. Keep it as you keep the master secret, and delete it once it is imported.';
const WITHOUT =
  'The file has no hashes and no seeds: it is a list of people, and whoever has a second factor cannot be imported from it. It still is personal data.';

const jsonLine = (line: object) => `${JSON.stringify(line)}\n`;
const FORMATS = {
  json: { head: jsonLine(HEADER), record: (line: Line) => jsonLine(line) },
  csv: { head: csvRecord(COLUMNS), record: (line: Line) => csvRecord(cellsOf(line)) },
};

/** Writes everybody down in the form that the import reads. */
@Injectable()
export class Exports {
  constructor(
    private readonly sql: Sql,
    private readonly groups: Groups,
    private readonly secondFactors: SecondFactors,
    private readonly authenticators: Authenticators,
  ) {}

  /** @throws ImportFailure where there is a file of this name: nothing is overwritten */
  async run(
    file: string,
    { withSecrets, format }: { withSecrets: boolean; format: keyof typeof FORMATS },
  ): Promise<ExportReport> {
    const { head, record } = FORMATS[format];
    // For its owner alone, from the first byte on.
    const out = createWriteStream(file, { flags: 'wx', mode: 0o600 });
    try {
      await once(out, 'open');
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === 'EEXIST') throw new ImportFailure('file-exists', 'an export overwrites nothing');
      throw new ImportFailure('cannot-write', message);
    }
    const written = finished(out);
    let users = 0;
    const write = (text: string) => out.write(text) || once(out, 'drain');
    await write(head);
    for (let after = ''; ;) {
      // Who is about to be deleted asked for that, and not to live on elsewhere.
      const where = `id > ? AND deletion_due_at IS NULL ORDER BY id LIMIT ${BATCH}`;
      const accounts = await this.sql.entities(Account, where, after);
      for (const account of accounts) await write(record(await this.lineOf(account, withSecrets)));
      users += accounts.length;
      if (accounts.length < BATCH) break;
      after = accounts.at(-1)!.id;
    }
    out.end();
    await written;
    return { file, users, withSecrets, says: withSecrets ? WARNING : WITHOUT };
  }

  private async lineOf(account: Account, withSecrets: boolean): Promise<Line> {
    const { authenticators, passkeys } = await this.secondFactors.enrolled(account.id);
    const { address, phoneNumber, attributes } = account;
    const details = {
      ...account.details,
      ...(address ? { address } : {}),
      ...(phoneNumber ? { phone_number: phoneNumber } : {}),
    };
    const withheld = [
      ...(!withSecrets && account.passwordHash !== null ? ['password'] : []),
      ...(!withSecrets && authenticators.length > 0 ? ['totp'] : []),
      ...(passkeys.length > 0 ? ['passkeys'] : []),
    ];
    return {
      username: account.username,
      email: account.email,
      email_verified: account.emailVerifiedAt != null,
      disabled: account.disabledAt != null,
      display_name: account.displayName ?? null,
      locale: account.locale ?? null,
      details,
      attributes: attributes ?? {},
      groups: await this.groups.of(account.id),
      ...(withSecrets
        ? {
            password_hash: account.passwordHash ?? null,
            totp: authenticators.map((each) => {
              const seed = this.authenticators.seedOf(each);
              return { name: each.name, secret: seed.secret, ...unusual(seed) };
            }),
          }
        : {}),
      withheld,
    };
  }
}
