import { createHmac } from 'node:crypto';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** An authenticator app, after RFC 6238 and RFC 4648 and nothing else: it shares no code with the server that verifies it. */
export class Authenticator {
  private readonly key: Buffer;

  /** @param secret base32, with or without spaces */
  constructor(readonly secret: string) {
    let bits = '';
    for (const character of secret.replace(/[\s=]/g, '').toUpperCase())
      bits += ALPHABET.indexOf(character).toString(2).padStart(5, '0');
    this.key = Buffer.from(bits.match(/.{8}/g)!.map((byte) => parseInt(byte, 2)));
  }

  /** The code for a moment; `stepsAway` counts steps of thirty seconds. */
  code(at: Date, stepsAway = 0): string {
    const counter = Buffer.alloc(8);
    counter.writeBigUInt64BE(BigInt(Math.floor(at.getTime() / 30_000) + stepsAway));
    const mac = createHmac('sha1', this.key).update(counter).digest();
    const offset = mac[19]! & 15;
    return String((mac.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0');
  }
}
