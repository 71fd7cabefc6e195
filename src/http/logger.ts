import { ConsoleLogger, type LoggerService, type LogLevel } from '@nestjs/common';
import type { Config } from '../config/config.js';
import { JsonLogger } from './json-logger.js';
import { harmlessOnTerminal } from './redact.js';
import { currentRequestId } from './visitor.js';

const LEVELS: Config['logLevel'][] = ['error', 'warn', 'log', 'debug'];
/** What Nest says of itself at every start: of use to who debugs it, noise to who operates it. */
const FRAMEWORK = new Set([
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestApplication',
  'MikroORM',
]);
const FAILED_START = new Set(['ExceptionHandler', 'NestApplication']);

/** A line for eyes: who it was about stands at its end. */
class TerminalLogger extends ConsoleLogger {
  protected override formatMessage(
    level: LogLevel,
    message: unknown,
    ...rest: [string, string, string, string]
  ): string {
    const text = typeof message === 'string' ? message : JSON.stringify(message);
    const id = currentRequestId();
    return super.formatMessage(level, `${harmlessOnTerminal(text)}${id ? ` [${id}]` : ''}`, ...rest);
  }

  protected override printStackTrace(stack: string): void {
    super.printStackTrace(stack && harmlessOnTerminal(stack));
  }
}

/** On a terminal for eyes, elsewhere one JSON record a line: what a user types cannot break out of it. */
export function createLogger(config: Pick<Config, 'logLevel' | 'logFormat'>): LoggerService {
  const levels = LEVELS.slice(0, LEVELS.indexOf(config.logLevel) + 1);
  const colors = process.stdout.isTTY === true;
  const target =
    config.logFormat === 'json'
      ? new JsonLogger(config.logLevel)
      : new TerminalLogger({ prefix: 'Gatehouse', colors, logLevels: levels });
  return new Quieter(target);
}

type Write = Required<Pick<LoggerService, 'error' | 'warn' | 'log' | 'debug'>>;

class Quieter implements LoggerService {
  constructor(private readonly target: Write) {}

  /** What stops a start is said by server.ts in a sentence; its stack beside it helps nobody. */
  error(message: unknown, ...rest: unknown[]): void {
    if (FAILED_START.has(String(rest.at(-1)))) this.target.debug(message, ...rest);
    else this.target.error(message, ...rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.target.warn(message, ...rest);
  }

  log(message: unknown, ...rest: unknown[]): void {
    if (FRAMEWORK.has(String(rest.at(-1)))) this.target.debug(message, ...rest);
    else this.target.log(message, ...rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.target.debug(message, ...rest);
  }
}
