import { Injectable } from '@nestjs/common';
import { statSync } from 'node:fs';
import type { Outcome } from '../account-commands.js';
import { ImportFailure } from './failures.js';
import { readFlask } from './flask.reader.js';
import type { Found } from './foreign-user.js';
import { Imports } from './import.service.js';

const KINDS: Record<string, (file: string) => AsyncIterable<Found>> = { flask: readFlask };

const EXIT_USAGE = 64;
/** Some people of the file were refused; the others are in. */
const EXIT_SOME_REFUSED = 30;
/** Nothing of the file was looked at further. */
const EXIT_FILE_REFUSED = 31;

/** About 200,000 people. Whoever has more takes several files. */
const LARGEST_BYTES = 64 * 1024 * 1024;

/** What comes of an import is said as JSON, and by the exit code. */
@Injectable()
export class ImportCommands {
  constructor(private readonly imports: Imports) {}

  async run(args: string[]): Promise<Outcome> {
    const flags = args.filter((arg) => arg.startsWith('--'));
    const [kind = '', file, ...more] = args.filter((arg) => !arg.startsWith('--'));
    const isKnown = Object.hasOwn(KINDS, kind) && flags.every((flag) => flag === '--dry-run');
    if (!isKnown || !file || more.length > 0)
      return {
        done: false,
        exitCode: EXIT_USAGE,
        message: `import <${Object.keys(KINDS).join(' or ')}> <file> [--dry-run]`,
      };
    try {
      assertReadable(file);
      const report = await this.imports.run(kind, KINDS[kind]!(file), { dryRun: flags.length > 0 });
      const done = report.refused === 0;
      return { ...said({ done, ...report }), done, ...(done ? {} : { exitCode: EXIT_SOME_REFUSED }) };
    } catch (error) {
      if (!(error instanceof ImportFailure)) throw error;
      const { reason, says } = error;
      return { ...said({ done: false, reason, says }), done: false, exitCode: EXIT_FILE_REFUSED };
    }
  }
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
