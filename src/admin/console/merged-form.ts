/** What stands in the fields of a form, all of it text. */
export type FormValues = Readonly<Record<string, string>>;

/** What somebody else has changed meanwhile, for whoever was about to save. */
export interface Collision {
  readonly field: string;
  readonly before: string;
  readonly now: string;
  /** Whoever is about to save has changed it, too: in the form it stands as they typed it. */
  readonly isTyped: boolean;
}

/** Puts together what two have changed at once: each field as it was typed, and what was not touched as it is now. */
export function merged(typed: FormValues, now: FormValues): { values: FormValues; collisions: Collision[] } {
  const seen = seenIn(typed['seen']) ?? now;
  const isTyped = (name: string) => tidy(typed[name]) !== tidy(seen[name]);
  return {
    values: Object.fromEntries(
      Object.keys(now).map((name) => [name, (isTyped(name) ? typed[name] : now[name]) ?? '']),
    ),
    collisions: Object.keys(now)
      .filter((name) => tidy(now[name]) !== tidy(seen[name]))
      .map((field) => ({
        field,
        before: seen[field] ?? '',
        now: now[field]!,
        isTyped: isTyped(field) && tidy(typed[field]) !== tidy(now[field]),
      })),
  };
}

function seenIn(text = ''): FormValues | undefined {
  try {
    const seen: unknown = JSON.parse(text);
    const isOfTexts =
      typeof seen === 'object' &&
      seen !== null &&
      Object.values(seen).every((each) => typeof each === 'string');
    return isOfTexts ? (seen as FormValues) : undefined;
  } catch {
    return undefined;
  }
}

export function tidy(value = ''): string {
  return value.replaceAll('\r\n', '\n').trim();
}
