import { ConsoleLogger, type LogLevel } from '@nestjs/common';
import type { Config } from '../config/config.js';

const LEVELS: LogLevel[] = ['error', 'warn', 'log', 'debug'];
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

class Logger extends ConsoleLogger {
  /** What stops a start is said by main.ts in a sentence; its stack beside it helps nobody. */
  override error(message: unknown, ...rest: unknown[]): void {
    if (FAILED_START.has(String(rest.at(-1)))) super.debug(message, ...rest);
    else super.error(message, ...rest);
  }

  override log(message: unknown, ...rest: unknown[]): void {
    if (FRAMEWORK.has(String(rest.at(-1)))) super.debug(message, ...rest);
    else super.log(message, ...rest);
  }
}

/** On a terminal for eyes, elsewhere one JSON record a line: what a user types cannot break out of it. */
export function createLogger(config: Pick<Config, 'logLevel' | 'logFormat'>): ConsoleLogger {
  return new Logger({
    prefix: 'Gatehouse',
    json: config.logFormat === 'json',
    colors: config.logFormat === 'pretty' && process.stdout.isTTY === true,
    logLevels: LEVELS.slice(0, LEVELS.indexOf(config.logLevel) + 1),
  });
}
