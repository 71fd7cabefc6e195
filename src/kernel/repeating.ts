/**
 * Work that is done again and again, one round at a time, until it is stopped. A round that fails stops nothing: the next one
 * tries again, and the same trouble is told once.
 */
export class Repeating {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private trouble: string | undefined;

  /** @param tell for the log; not again for the same message until a round went well */
  constructor(
    private readonly work: () => Promise<unknown>,
    private readonly tell: (error: Error) => void,
  ) {}

  /** @param interval milliseconds; it keeps no process alive */
  start(interval: number): void {
    this.timer = setInterval(() => {
      this.running ??= this.round().finally(() => (this.running = undefined));
    }, interval).unref();
  }

  /** Waits for a round that has begun. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }

  /** One round now, whatever the timer says. Never rejects. */
  async round(): Promise<void> {
    try {
      await this.work();
      this.trouble = undefined;
    } catch (error) {
      const { message } = error as Error;
      if (message !== this.trouble) this.tell(error as Error);
      this.trouble = message;
    }
  }
}
