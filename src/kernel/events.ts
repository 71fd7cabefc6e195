/** A kind of event and the type of what it carries; declared in the folder that emits it. */
export interface EventKind<Payload> {
  readonly name: string;
  readonly payload?: Payload;
}

export function eventKind<Payload>(name: string): EventKind<Payload> {
  return { name };
}

type Listener<Payload> = (payload: Payload) => Promise<void>;

/**
 * How a folder tells folders to its right that something happened.
 * `emit` waits for every listener and fails with the first failure: a password change is not answered
 * before the sessions it ends have ended.
 */
export class Events {
  private readonly listeners = new Map<string, Listener<never>[]>();

  on<Payload>(kind: EventKind<Payload>, listener: Listener<Payload>): void {
    this.listeners.set(kind.name, [...(this.listeners.get(kind.name) ?? []), listener]);
  }

  async emit<Payload>(kind: EventKind<Payload>, payload: Payload): Promise<void> {
    for (const listener of this.listeners.get(kind.name) ?? []) {
      await (listener as Listener<Payload>)(payload);
    }
  }
}
