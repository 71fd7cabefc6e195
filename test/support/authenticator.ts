import { createHmac } from 'node:crypto';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** An authenticator app, after RFC 6238 and RFC 4648 and nothing else: it shares no code with the server that verifies it. */
export class Authenticator {
  private readonly key: Buffer;

  /** @param secret base32, with or without spaces. @param how where it differs from what most apps do */
  constructor(
    readonly secret: string,
    private readonly how: {
      readonly algorithm?: string;
      readonly digits?: number;
      readonly period?: number;
    } = {},
  ) {
    let bits = '';
    for (const character of secret.replace(/[\s=]/g, '').toUpperCase())
      bits += ALPHABET.indexOf(character).toString(2).padStart(5, '0');
    this.key = Buffer.from(bits.match(/.{8}/g)!.map((byte) => parseInt(byte, 2)));
  }

  /** How long it shows a code, in milliseconds. */
  get period(): number {
    return (this.how.period ?? 30) * 1000;
  }

  /** The code for a moment; `stepsAway` counts steps (of thirty seconds, mostly). */
  code(at: Date, stepsAway = 0): string {
    const { algorithm = 'sha1', digits = 6 } = this.how;
    const counter = Buffer.alloc(8);
    counter.writeBigUInt64BE(BigInt(Math.floor(at.getTime() / this.period) + stepsAway));
    const mac = createHmac(algorithm, this.key).update(counter).digest();
    const offset = mac.at(-1)! & 15;
    return String((mac.readUInt32BE(offset) & 0x7fffffff) % 10 ** digits).padStart(digits, '0');
  }
}
