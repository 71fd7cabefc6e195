/** Where the domain reads the time: tests set it, the program runs on the machine's. */
export abstract class Clock {
  abstract now(): Date;

  /** Milliseconds that have passed since some beginning: they go on as before when somebody sets the time of day. */
  elapsed(): number {
    return this.now().getTime();
  }
}

export class SystemClock extends Clock {
  now(): Date {
    return new Date();
  }

  override elapsed(): number {
    return performance.now();
  }
}

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
