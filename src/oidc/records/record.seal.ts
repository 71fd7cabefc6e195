import { Injectable } from '@nestjs/common';
import { CannotOpen, Secrets } from '../../kernel/secrets.js';
import type { Payload } from './record.batch.js';

/** How a record's payload is kept: sealed, and bound to its kind and the fingerprint of its id. */
@Injectable()
export class RecordSeal {
  constructor(private readonly secrets: Secrets) {}

  seal(kind: string, hash: string, payload: Payload): string {
    return this.secrets.seal(JSON.stringify(payload), place(kind, hash));
  }

  /** A record sealed under another master secret is of no use to anyone: it counts as absent. */
  open(kind: string, hash: string, sealed: string): Payload | undefined {
    try {
      return JSON.parse(this.secrets.open(sealed, place(kind, hash))) as Payload;
    } catch (error) {
      if (error instanceof CannotOpen) return undefined;
      throw error;
    }
  }
}

function place(kind: string, hash: string): string {
  return `oidc_record:${kind}:${hash}`;
}
