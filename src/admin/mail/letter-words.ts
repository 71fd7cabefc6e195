/** Letters whose subject depends on more than their kind. */
const KINDS: Readonly<Record<string, string>> = {
  'second-factor-added': 'admin.mail.kind.factor-added',
  'second-factor-removed': 'admin.mail.kind.factor-removed',
};

/** The message that says what a letter of this kind is about: its subject, which never tells what somebody typed. */
export function letterWords(kind: string): string {
  return KINDS[kind] ?? `mail.${kind}.subject`;
}
