import { NOBODY, readAuthelia } from './authelia.reader.js';
import { readTable } from './csv.reader.js';
import { readFlask } from './flask.reader.js';
import type { FoundClient } from './foreign-client.js';
import type { Found } from './foreign-user.js';
import { readGatehouse } from './gatehouse.reader.js';
import { readKeycloakClients } from './keycloak-clients.js';
import { readKeycloak } from './keycloak.reader.js';
import { readPocketId, readPocketIdClients } from './pocket-id.reader.js';

/** What was said on the command line, beside kind and file: of a flag its value, or ''. */
export type Options = ReadonlyMap<string, string>;

/** A program that people can be taken over from. */
export interface Kind {
  readonly read: (file: string, options: Options) => AsyncIterable<Found> | Iterable<Found>;
  readonly clients?: (file: string) => AsyncIterable<FoundClient> | Iterable<FoundClient>;
  /** The flags it knows beside `--dry-run`, and whether a value follows each. */
  readonly flags: Readonly<Record<string, boolean>>;
  /** Bytes of the largest file that is looked at. */
  readonly largest: number;
  readonly takesFolder?: boolean;
}

const MIB = 1024 * 1024;

export const KINDS: Readonly<Record<string, Kind>> = {
  flask: { read: (file) => readFlask(file), flags: {}, largest: 64 * MIB },
  gatehouse: { read: (file) => readGatehouse(file), flags: {}, largest: 64 * MIB },
  csv: { read: readTable, flags: {}, largest: 64 * MIB },
  keycloak: {
    read: (file, options) => readKeycloak(file, { rolesAsGroups: options.has('--roles-as-groups') }),
    clients: readKeycloakClients,
    flags: { '--clients-file': true, '--roles-as-groups': false },
    // It is read an item at a time, and says in two kilobytes what takes one elsewhere.
    largest: 512 * MIB,
    takesFolder: true,
  },
  authelia: {
    read: (file, options) =>
      readAuthelia(file, { totp: said(options, 'totp'), webauthn: said(options, 'webauthn') }),
    flags: { '--totp': true, '--no-totp': false, '--webauthn': true, '--no-webauthn': false },
    // As a whole in the memory.
    largest: 16 * MIB,
  },
  'pocket-id': {
    read: (file) => readPocketId(file),
    clients: readPocketIdClients,
    flags: { '--clients-file': true },
    // With the pictures, which nobody looks at.
    largest: 512 * MIB,
  },
};

/** `--totp <file>` or `--no-totp`; both at once say nothing. */
function said(options: Options, what: string): string | undefined {
  const file = options.get(`--${what}`);
  if (!options.has(`--no-${what}`)) return file;
  return file === undefined ? NOBODY : undefined;
}

/** @returns undefined where a word is missing, unknown or said twice */
export function readWords(
  args: readonly string[],
  flags: Readonly<Record<string, boolean>>,
): { readonly words: string[]; readonly options: Options } | undefined {
  const words: string[] = [];
  const options = new Map<string, string>();
  for (let at = 0; at < args.length; at++) {
    const word = args[at]!;
    if (!word.startsWith('--')) words.push(word);
    else {
      // `--format csv`, or `--format=csv`.
      const [, flag = '', written] = /^([^=]*)(?:=(.*))?$/s.exec(word) ?? [];
      if (!Object.hasOwn(flags, flag) || options.has(flag)) return undefined;
      const takesValue = flags[flag]!;
      if (!takesValue && written !== undefined) return undefined;
      const value = takesValue ? (written ?? args[++at]) : '';
      if (value === undefined || value.startsWith('--') || (takesValue && value === '')) return undefined;
      options.set(flag, value);
    }
  }
  return { words, options };
}
