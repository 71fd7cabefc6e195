/** A piece of work that takes time, in words that stand in the source: nothing of a person, a client or a secret. */
export interface Step {
  readonly name: string;
  /** `client`: somebody else does it. */
  readonly kind?: 'client' | 'internal';
  /** Of no interest by itself: what looks every second whether there is something to do. */
  readonly onlyWithin?: boolean;
  readonly attributes?: Readonly<Record<string, string | number>>;
}

/** Whoever watches how long things take. */
export interface Tracing {
  span<T>(step: Step, work: () => Promise<T>): Promise<T>;
  /** Of what is over already. */
  past(step: Step, milliseconds: number): void;
  readonly traceId: string | undefined;
}

let watching: Tracing | undefined;

/** @param tracing undefined: nobody any more */
export function watchedBy(tracing: Tracing | undefined): void {
  watching = tracing;
}

export function isWatched(): boolean {
  return watching !== undefined;
}

/** Does the work. Where nobody watches it is a call, and nothing else. */
export function traced<T>(step: Step, work: () => Promise<T>): Promise<T> {
  return watching ? watching.span(step, work) : work();
}

export function tracedBefore(step: Step, milliseconds: number): void {
  watching?.past(step, milliseconds);
}

/** What a line of the log is found by beside the trace; undefined: it is in none. */
export function currentTraceId(): string | undefined {
  return watching?.traceId;
}
