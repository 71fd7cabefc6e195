import { Injectable } from '@nestjs/common';
import { CannotOpen, Secrets } from '../../kernel/secrets.js';
import type { Payload } from './record.batch.js';

/** Records whose payload is known without opening it again, as long as what is stored is the same to the letter. */
const REMEMBERED = 2_000;
/** Characters. What strangers send along is stored too, and memory is not theirs to fill. */
const LONGEST = 8_192;

/** How a record's payload is kept: sealed, and bound to its kind and the fingerprint of its id. */
@Injectable()
export class RecordSeal {
  private readonly opened = new Map<string, { sealed: string; text: string }>();

  private readonly clients = new Map<string, string>();

  constructor(private readonly secrets: Secrets) {}

  seal(kind: string, hash: string, payload: Payload): string {
    const text = JSON.stringify(payload);
    const where = place(kind, hash);
    const sealed = this.secrets.seal(text, where);
    this.remember(where, sealed, text);
    return sealed;
  }

  /** A record sealed under another master secret is of no use to anyone: it counts as absent. */
  open(kind: string, hash: string, sealed: string): Payload | undefined {
    const where = place(kind, hash);
    const known = this.opened.get(where);
    if (known?.sealed === sealed) return JSON.parse(known.text) as Payload;
    try {
      const text = this.secrets.open(sealed, where);
      this.remember(where, sealed, text);
      return JSON.parse(text) as Payload;
    } catch (error) {
      if (error instanceof CannotOpen) return undefined;
      throw error;
    }
  }

  /** Under what a client's records are found. Its id can be guessed, so this fingerprint is a keyed one. */
  client(clientId: string): string {
    let fingerprint = this.clients.get(clientId);
    if (fingerprint === undefined) {
      fingerprint = this.secrets.mac('client of a record', clientId).toString('base64url');
      if (this.clients.size >= REMEMBERED) this.clients.clear();
      this.clients.set(clientId, fingerprint);
    }
    return fingerprint;
  }

  private remember(where: string, sealed: string, text: string): void {
    this.opened.delete(where);
    if (text.length > LONGEST) return;
    this.opened.set(where, { sealed, text });
    if (this.opened.size > REMEMBERED) this.opened.delete(this.opened.keys().next().value!);
  }
}

function place(kind: string, hash: string): string {
  return `oidc_record:${kind}:${hash}`;
}
