import { createRequire } from 'node:module';
import type { Logger as Pino, pino as makePino } from 'pino';
import type { Config } from '../config/config.js';
import { currentTraceId } from '../kernel/tracing.js';
import { inertJson, redacted } from './redact.js';
import { currentRequestId } from './visitor.js';

type Level = 'error' | 'warn' | 'info' | 'debug';

/**
 * One JSON record a line, errors on the standard error: level, time, context, the request it is about, the message.
 * pino is loaded by the first line there is to write: a server that has nothing to say does without it (docs/decisions/0037).
 */
export class JsonLogger {
  private readonly level: Level;
  private pino: Pino | undefined;
  /** Where the line that is being written goes: the output of a command is not to have errors in it. */
  private stream: NodeJS.WriteStream = process.stdout;

  constructor(level: Config['logLevel']) {
    this.level = level === 'log' ? 'info' : level;
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.write('error', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }

  log(message: unknown, ...rest: unknown[]): void {
    this.write('info', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }

  /** @param rest as Nest passes it: a stack perhaps, and at the end where the line comes from */
  private write(level: Level, message: unknown, rest: unknown[]): void {
    if (ORDER.indexOf(level) > ORDER.indexOf(this.level)) return;
    const context = rest.at(-1);
    const [more] = rest.length > 1 ? rest : [];
    const facts = {
      ...(typeof context === 'string' ? { context: redacted(context) } : {}),
      request: currentRequestId(),
      trace: currentTraceId(),
      ...(typeof more === 'string' ? { stack: redacted(more) } : {}),
      ...(isFacts(message) ? withoutSecrets(message) : {}),
    };
    this.stream = level === 'error' ? process.stderr : process.stdout;
    this.pino ??= pinoAt(this.level, (line) => this.stream.write(line));
    if (isFacts(message)) this.pino[level](facts);
    else this.pino[level](facts, '%s', redacted(asText(message)));
  }
}

const ORDER: Level[] = ['error', 'warn', 'info', 'debug'];
/** Facts of a line are ours; these names are for nobody's. */
const NEVER = ['password', 'code', 'token', 'secret', 'cookie', 'authorization', 'seed'];

function pinoAt(level: Level, write: (line: string) => void): Pino {
  const { pino } = createRequire(import.meta.url)('pino') as { pino: typeof makePino };
  return pino(
    {
      level,
      base: undefined,
      messageKey: 'message',
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: NEVER.flatMap((name) => [name, `*.${name}`]), censor: '[redacted]' },
    },
    // Written at once, as everything else that is said: nothing is left behind when the process ends.
    { write: (line) => write(inertJson(line)) },
  );
}

function withoutSecrets(facts: Record<string, unknown>): Record<string, unknown> {
  const entries = Object.entries(facts);
  return Object.fromEntries(
    entries.map(([name, value]) => [name, typeof value === 'string' ? redacted(value) : value]),
  );
}

function isFacts(message: unknown): message is Record<string, unknown> {
  return typeof message === 'object' && message !== null && !(message instanceof Error);
}

function asText(message: unknown): string {
  return message instanceof Error ? (message.stack ?? message.message) : String(message);
}
