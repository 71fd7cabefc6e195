import { Clock } from '../../src/kernel/clock.js';

const realNow = Date.now.bind(Date);
let offset = 0;

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
}
