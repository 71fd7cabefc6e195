import { Clock } from '../../src/kernel/clock.js';

const realNow = Date.now.bind(Date);
let offset = 0;
/** How much of the offset is time of day that somebody set, and nothing that has passed. */
let jumped = 0;

/** One clock for all servers of a test file, which can be moved on. The provider reads Date.now, so that is moved with it. */
export class TestClock extends Clock {
  constructor() {
    super();
    Date.now = () => realNow() + offset;
  }

  now(): Date {
    return new Date(realNow() + offset);
  }

  advance(milliseconds: number): void {
    offset += milliseconds;
  }

  override elapsed(): number {
    return realNow() + offset - jumped;
  }

  /** Somebody sets the time of day. */
  jump(milliseconds: number): void {
    offset += milliseconds;
    jumped += milliseconds;
  }
}
