import { Injectable } from '@nestjs/common';
import { statSync } from 'node:fs';
import { Audit } from '../../audit/audit.service.js';
import type { Outcome } from '../commands/account-commands.js';
import { ImportFailure } from './failures.js';
import { readFlask } from './flask.reader.js';
import type { Found } from './foreign-user.js';
import { Exports } from './export.service.js';
import { readGatehouse } from './gatehouse.reader.js';
import type { ImportCommand } from './import-commands.list.js';
import { Imports } from './import.service.js';

const KINDS: Record<string, (file: string) => AsyncIterable<Found>> = {
  flask: readFlask,
  gatehouse: readGatehouse,
};

const EXIT_USAGE = 64;
/** Some people of the file were refused; the others are in. */
const EXIT_SOME_REFUSED = 30;
/** Nothing of the file was looked at further. */
const EXIT_FILE_REFUSED = 31;

/** About 200,000 people. Whoever has more takes several files. */
const LARGEST_BYTES = 64 * 1024 * 1024;

/** What comes of an import or an export is said as JSON, and by the exit code. */
@Injectable()
export class ImportCommands {
  constructor(
    private readonly imports: Imports,
    private readonly exports: Exports,
    private readonly audit: Audit,
  ) {}

  async run(command: ImportCommand, args: string[]): Promise<Outcome> {
    const flags = args.filter((arg) => arg.startsWith('--'));
    const words = args.filter((arg) => !arg.startsWith('--'));
    try {
      return await (command === 'import' ? this.import(words, flags) : this.export(words, flags));
    } catch (error) {
      if (!(error instanceof ImportFailure)) throw error;
      const { reason, says } = error;
      return { ...said({ done: false, reason, says }), done: false, exitCode: EXIT_FILE_REFUSED };
    }
  }

  private async import([kind = '', file, ...more]: string[], flags: string[]): Promise<Outcome> {
    const isKnown = Object.hasOwn(KINDS, kind) && flags.every((flag) => flag === '--dry-run');
    if (!isKnown || !file || more.length > 0)
      return usage(`import <${Object.keys(KINDS).join(' or ')}> <file> [--dry-run]`);
    assertReadable(file);
    const report = await this.imports.run(kind, KINDS[kind]!(file), { dryRun: flags.length > 0 });
    const done = report.refused === 0;
    return { ...said({ done, ...report }), done, ...(done ? {} : { exitCode: EXIT_SOME_REFUSED }) };
  }

  private async export([file, ...more]: string[], flags: string[]): Promise<Outcome> {
    if (!file || more.length > 0 || flags.some((flag) => flag !== '--with-secrets'))
      return usage('export users <file> [--with-secrets]');
    const withSecrets = flags.length > 0;
    // First: whoever takes the seeds along cannot do so unseen.
    await this.audit.record('users.exported', { detail: { by: 'shell', secrets: withSecrets } });
    return { ...said({ done: true, ...(await this.exports.run(file, { withSecrets })) }), done: true };
  }
}

function usage(message: string): Outcome {
  return { done: false, exitCode: EXIT_USAGE, message };
}

function said(result: object): { message: string } {
  return { message: JSON.stringify(result, undefined, 2) };
}

function assertReadable(file: string): void {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (!stat?.isFile()) throw new ImportFailure('no-file', 'there is no such file');
  if (stat.size > LARGEST_BYTES)
    throw new ImportFailure(
      'file-too-large',
      `the file has ${stat.size} bytes, and at most ${LARGEST_BYTES} are read`,
    );
}
