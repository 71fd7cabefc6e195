import { Clock } from '../../src/kernel/clock.js';

const realNow = Date.now.bind(Date);

/** A clock that can be moved. The provider reads Date.now, so that is moved with it, in this test file's realm only. */
export class TestClock extends Clock {
  private offset = 0;

  constructor() {
    super();
    Date.now = () => realNow() + this.offset;
  }

  now(): Date {
    return new Date(realNow() + this.offset);
  }

  advance(milliseconds: number): void {
    this.offset += milliseconds;
  }
}
