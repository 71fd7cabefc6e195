import { randomToken, type Secrets } from '../kernel/secrets.js';

/** An event as it stands in the table, the same on both databases. */
export interface ChainedEvent {
  readonly id: number;
  readonly at: number;
  readonly name: string;
  readonly result: string;
  readonly accountId: string | null;
  readonly clientId: string | null;
  readonly factor: string | null;
  readonly address: string | null;
  readonly userAgent: string | null;
  /** As JSON. */
  readonly detail: string | null;
}

export interface Link {
  readonly eventId: number;
  readonly position: number;
  readonly salt: string | null;
  readonly personal: string;
  readonly hash: string;
}

/** A place in the chain: everything up to it is vouched for by the hash. */
export interface Place {
  readonly id: number;
  readonly position: number;
  readonly hash: string;
}

export interface Checkpoint extends Place {
  readonly at: number;
}

export interface Head extends Place {
  readonly checkpoint: Checkpoint;
}

/** The keyed hashes of the chain. Each kind has its purpose, so that none can stand in for another. */
export class Marks {
  constructor(private readonly secrets: Secrets) {}

  /** Before the first event. */
  beginning(): Checkpoint {
    return { id: 0, position: 0, hash: this.mark('audit-chain', 'beginning'), at: 0 };
  }

  link(event: ChainedEvent, before: Place): Link {
    const salt = randomToken(16);
    const personal = this.personal(event, salt);
    const position = before.position + 1;
    const hash = this.hash(event, before.hash, { position, personal });
    return { eventId: event.id, position, salt, personal, hash };
  }

  hash(event: ChainedEvent, before: string, link: Pick<Link, 'position' | 'personal'>): string {
    const { id, at, name, result, accountId, clientId, factor } = event;
    return this.mark('audit-chain', [
      before,
      link.position,
      id,
      at,
      name,
      result,
      accountId,
      clientId,
      factor,
      link.personal,
    ]);
  }

  /** Salted: once the salt is gone, nobody finds the address by trying them all. */
  personal({ address, userAgent, detail }: ChainedEvent, salt: string): string {
    return this.mark('audit-personal', [salt, address, userAgent, canonical(detail)]);
  }

  erasure(accountId: string): string {
    return this.mark('audit-erasure', accountId);
  }

  checkpointSeal({ id, position, hash, at }: Checkpoint): string {
    return this.mark('audit-checkpoint', [id, position, hash, at]);
  }

  headSeal({ id, position, hash, checkpoint }: Head): string {
    return this.mark('audit-head', [id, position, hash, this.checkpointSeal(checkpoint)]);
  }

  private mark(purpose: string, value: unknown): string {
    return this.secrets.mac(purpose, JSON.stringify(value)).toString('base64url');
  }
}

/** PostgreSQL keeps the keys of an object in an order of its own. */
function canonical(json: string | null): unknown {
  if (json === null) return null;
  try {
    return ordered(JSON.parse(json));
  } catch {
    // Somebody wrote what is no JSON: it is not what was chained either.
    return { unreadable: json };
  }
}

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (value === null || typeof value !== 'object') return value;
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, each]) => [key, ordered(each)]);
}
