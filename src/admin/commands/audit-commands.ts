import { Injectable } from '@nestjs/common';
import { KnownHeadUnusable } from '../../audit/known-head.js';
import { AuditLog } from '../../audit/audit-log.service.js';
import { AuditVerification, readHead } from '../../audit/audit-verification.service.js';
import { Languages } from '../../http/language.js';
import { SHELL } from '../actor.js';
import { AuditExport, FORMATS, type ExportedEvent } from '../audit/audit-export.js';
import { AuditQuestions, QUESTIONS, type Asked } from '../audit/audit-questions.js';
import { asJson, usage, type Outcome } from './outcome.js';
import type { AuditCommand } from './audit-commands.list.js';

/** As the exit code of `audit verify`: neither a failure (1) nor a typing error (64). */
const EXIT_NOT_WHOLE = 3;
const LIMIT = 50;
const MOST = 1_000;

type Options = Readonly<Record<string, string>>;

/** What an operator, or a script of theirs, can ask of the audit log from the shell. */
@Injectable()
export class AuditCommands {
  constructor(
    private readonly verification: AuditVerification,
    private readonly log: AuditLog,
    private readonly questions: AuditQuestions,
    private readonly exports: AuditExport,
    private readonly languages: Languages,
  ) {}

  async run(command: AuditCommand, args: string[]): Promise<Outcome> {
    if (command === 'audit verify') return this.verify(args[0]);
    const more = command === 'audit list' ? ['before', 'limit', 'json'] : ['format'];
    const options = read(args, [...QUESTIONS, ...more]);
    if (typeof options === 'string') return usage(options);
    const asked = await this.questions.read(options);
    if (asked.errors) return usage(this.slipsOf(asked));
    return command === 'audit list'
      ? this.list(asked, options)
      : this.export(asked, options['format'] ?? 'jsonl');
  }

  /** @param text the head that an earlier verification has printed */
  private async verify(text: string | undefined): Promise<Outcome> {
    const head = text === undefined ? undefined : readHead(text);
    if (text !== undefined && !head)
      return usage('a head is what an earlier `audit verify` has printed as "head"');
    const report = await this.verification.verify(head ? [head] : []).catch((error: unknown) => {
      if (error instanceof KnownHeadUnusable) return error;
      throw error;
    });
    if (report instanceof KnownHeadUnusable) return { done: false, message: report.message };
    return {
      done: report.whole,
      ...(report.whole ? {} : { exitCode: EXIT_NOT_WHOLE }),
      message: asJson(report),
      isJson: true,
    };
  }

  private async list({ filter }: Asked, { before, limit = String(LIMIT), json }: Options): Promise<Outcome> {
    if (!/^[1-9]\d{0,14}$/.test(before ?? '1')) return usage('--before takes the number of an event');
    if (!/^[1-9]\d{0,3}$/.test(limit) || Number(limit) > MOST)
      return usage(`--limit takes a number up to ${MOST}`);
    const { events, older, stoppedAt } = await this.log.page(
      filter,
      Number(limit),
      before ? Number(before) : undefined,
    );
    const lines = (await this.exports.exported(events)).map((event) =>
      json === undefined ? line(event) : JSON.stringify(event),
    );
    // For a script, everything but events is noise: the last one's number says how to go on.
    if (json !== undefined) return { done: true, message: '', lines: ended(lines) };
    if (stoppedAt) lines.push(`looked at down to ${stoppedAt.toISOString()}`);
    if (older !== undefined) lines.push(`older ones: --before=${older}`);
    return { done: true, message: lines.length === 0 ? 'nothing like that is in the log' : lines.join('\n') };
  }

  private async export({ filter }: Asked, wanted: string): Promise<Outcome> {
    const format = FORMATS.find((each) => each === wanted);
    if (!format) return usage(`--format takes one of: ${FORMATS.join(', ')}`);
    return { done: true, message: '', lines: await this.exports.begin(SHELL, filter, format) };
  }

  private slipsOf({ errors = {} }: Asked): string {
    return Object.entries(errors)
      .map(([option, message]) => `--${option}: ${this.languages.text('en', message)}`)
      .join('\n');
  }
}

/** @returns what is wrong with them, in words */
function read(args: readonly string[], known: readonly string[]): Options | string {
  const options: Record<string, string> = {};
  for (const arg of args) {
    const [, name = '', value] = /^--([a-z]+)(?:=(.*))?$/s.exec(arg) ?? [];
    if (!known.includes(name) || (value === undefined) !== (name === 'json'))
      return `${JSON.stringify(arg)} is none of: ${known.map((each) => (each === 'json' ? '--json' : `--${each}=…`)).join(' ')}`;
    options[name] = value ?? '';
  }
  return options;
}

function line({
  id,
  at,
  name,
  result,
  accountId,
  username,
  clientId,
  address,
  detail,
}: ExportedEvent): string {
  const by = (detail as { by?: unknown } | null)?.by;
  const facts = [username ?? accountId, clientId, address, typeof by === 'string' ? `by ${by}` : null];
  return [id, at, name, result, ...facts.filter((fact) => fact !== null)].join('\t');
}

async function* ended(lines: readonly string[]): AsyncGenerator<string> {
  yield* await Promise.resolve(lines.map((each) => `${each}\n`));
}
