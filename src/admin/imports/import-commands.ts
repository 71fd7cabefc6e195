import { Injectable } from '@nestjs/common';
import { accessSync, constants, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Audit } from '../../audit/audit.service.js';
import { asJson, usage, type Outcome } from '../commands/outcome.js';
import { ImportFailure } from './failures.js';
import { Exports } from './export.service.js';
import { IMPORT_USAGE, type ImportCommand } from './import-commands.list.js';
import { KINDS, readWords, type Kind } from './import-kinds.js';
import { Imports } from './import.service.js';
import { takeClients } from './taken-clients.js';

/** Some people of the file were refused; the others are in. */
const EXIT_SOME_REFUSED = 30;
/** Nothing of the file was looked at further. */
const EXIT_FILE_REFUSED = 31;

/** What comes of an import or an export is said as JSON, and by the exit code. */
@Injectable()
export class ImportCommands {
  constructor(
    private readonly imports: Imports,
    private readonly exports: Exports,
    private readonly audit: Audit,
  ) {}

  async run(command: ImportCommand, args: string[]): Promise<Outcome> {
    try {
      return await (command === 'import' ? this.import(args) : this.export(args));
    } catch (error) {
      if (!(error instanceof ImportFailure)) throw error;
      const { reason, says } = error;
      return { ...said({ done: false, reason, says }), done: false, exitCode: EXIT_FILE_REFUSED };
    }
  }

  private async import([name = '', ...args]: string[]): Promise<Outcome> {
    const kind = Object.hasOwn(KINDS, name) ? KINDS[name] : undefined;
    const read = kind && readWords(args, { ...kind.flags, '--dry-run': false });
    const [file, ...more] = read?.words ?? [];
    if (!kind || !read || !file || more.length > 0) return usage(IMPORT_USAGE);
    const { options } = read;
    assertReadable(file, kind);
    for (const [flag, value] of options)
      if (flag !== '--clients-file' && value) assertReadable(value, { largest: kind.largest });
    const dryRun = options.has('--dry-run');
    const clientsFile = options.get('--clients-file');
    // First: where the file cannot be written, nobody is in yet.
    const clients =
      kind.clients && (dryRun || clientsFile !== undefined)
        ? await takeClients(kind.clients(file), dryRun ? undefined : clientsFile)
        : undefined;
    const report = await this.imports.run(name, kind.read(file, options), { dryRun });
    const done = report.refused === 0;
    return {
      ...said({ done, ...report, ...(clients ? { clients } : {}) }),
      done,
      ...(done ? {} : { exitCode: EXIT_SOME_REFUSED }),
    };
  }

  private async export(args: string[]): Promise<Outcome> {
    const read = readWords(args, { '--with-secrets': false, '--format': true });
    const [file, ...more] = read?.words ?? [];
    const format = read?.options.get('--format') ?? 'json';
    if (!read || !file || more.length > 0 || (format !== 'json' && format !== 'csv'))
      return usage('export users <file> [--format json|csv] [--with-secrets]');
    const withSecrets = read.options.has('--with-secrets');
    // First: whoever takes the seeds along cannot do so unseen.
    await this.audit.record('users.exported', { detail: { by: 'shell', secrets: withSecrets } });
    return {
      ...said({ done: true, ...(await this.exports.run(file, { withSecrets, format })) }),
      done: true,
    };
  }
}

function said(result: object): { message: string; isJson: true } {
  return { message: asJson(result), isJson: true };
}

function assertReadable(
  path: string,
  { largest, takesFolder = false }: Pick<Kind, 'largest' | 'takesFolder'>,
): void {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (takesFolder && stat?.isDirectory()) {
    for (const name of readdirSync(path))
      if (name.endsWith('.json')) assertReadable(join(path, name), { largest });
    return;
  }
  if (!stat?.isFile()) throw new ImportFailure('no-file', `${path}: there is no such file`);
  if (stat.size > largest)
    throw new ImportFailure(
      'file-too-large',
      `${path} has ${stat.size} bytes, and at most ${largest} are read`,
    );
  try {
    accessSync(path, constants.R_OK);
  } catch (error) {
    throw new ImportFailure('cannot-read', (error as Error).message);
  }
}
