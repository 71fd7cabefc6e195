import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readClientsFile, type DeclaredClient } from '../../src/clients/clients-file.js';
import { ConfigurationMistakes } from '../../src/config/config.js';

/** A clients file in a folder of its own. */
export class ScratchClientsFile {
  readonly folder = mkdtempSync(join(tmpdir(), 'gatehouse-clients-'));
  readonly path = join(this.folder, 'clients.yaml');

  readonly write = (text: string): void => writeFileSync(this.path, text);

  readonly clients = (text: string): DeclaredClient[] => {
    this.write(text);
    return readClientsFile(this.path).clients;
  };

  /** What is wrong with a text, without the name of the file. */
  readonly mistakes = (text: string): string[] => {
    try {
      this.clients(text);
    } catch (error) {
      if (error instanceof ConfigurationMistakes)
        return error.mistakes.map((mistake) => mistake.replace(`${this.path}, `, ''));
      throw error;
    }
    return [];
  };

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}
