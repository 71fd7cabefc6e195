import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestServer } from '../support/server.js';
import { availableTools } from '../support/tools.mjs';

const { oathtool, zbarimg } = availableTools();

/** A phone with an authenticator app: reads QR codes off a picture of the screen. Neither program is the server's own library. */
export class Phone {
  /** What the QR code said. */
  scanned: URL | undefined;

  /** @param place where the phone is: its clock goes as the one there */
  constructor(private readonly place: { readonly server: TestServer }) {}

  scan(screenshot: Buffer): URL {
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-qr-'));
    try {
      const picture = join(folder, 'screen.png');
      writeFileSync(picture, screenshot);
      const text = execFileSync(zbarimg!, ['--quiet', '--raw', picture], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      this.scanned = new URL(text.trim());
      return this.scanned;
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  /** The code of a step that has not been used: each works once, so time passes first. */
  nextCode(): string {
    const { clock } = this.place.server;
    clock.advance(30_000);
    const secret = this.scanned!.searchParams.get('secret')!;
    const options = ['--totp', '--base32', `--now=${clock.now().toISOString()}`, secret];
    return execFileSync(oathtool!, options, { encoding: 'utf8' }).trim();
  }

  wrongCode(): string {
    const code = this.nextCode();
    return code.slice(0, -1) + String((Number(code.at(-1)) + 5) % 10);
  }
}
