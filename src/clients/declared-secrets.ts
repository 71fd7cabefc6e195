import type { Secrets } from '../kernel/secrets.js';

type ByField = Readonly<Record<string, string | undefined>>;

/** @returns null where the declaration has none */
export function sealedSecretsOf(
  secrets: Secrets,
  kind: string,
  name: string,
  byField: ByField = {},
): string | null {
  const known = Object.values(byField).some((secret) => secret !== undefined);
  return known ? secrets.seal(JSON.stringify(byField), place(kind, name)) : null;
}

/** @throws CannotOpen */
export function openedSecrets(
  secrets: Secrets,
  kind: string,
  name: string,
  sealed: string | null | undefined,
): ByField {
  return sealed ? (JSON.parse(secrets.open(sealed, place(kind, name))) as ByField) : {};
}

function place(kind: string, name: string): string {
  return `declaration:${kind}:${name}`;
}
