/** What came of a command. */
export interface Outcome {
  readonly done: boolean;
  /** Where scripts tell more than done (0) and not done (1) apart. */
  readonly exitCode?: number;
  /** For the operator. */
  readonly message: string;
  /** The message is JSON already. */
  readonly isJson?: boolean;
  /** The same as the message for a script (`--json`), by name; absent: the message is all there is. */
  readonly facts?: Readonly<Record<string, unknown>>;
  /** What is printed instead where it may be too much for the memory. */
  readonly lines?: AsyncIterable<string>;
}

/** sysexits.h: EX_USAGE. */
export const EXIT_USAGE = 64;

export function usage(message: string): Outcome {
  return { done: false, exitCode: EXIT_USAGE, message };
}

/** What is printed of it. What was not done is told beside the output, where no script takes it for what it wanted. */
export function said(
  { done, exitCode, message, isJson = false, facts }: Outcome,
  wantsJson: boolean,
): { readonly text: string; readonly to: 'output' | 'errors' } {
  if (exitCode === EXIT_USAGE) return { text: message, to: 'errors' };
  if (isJson) return { text: message, to: 'output' };
  if (wantsJson) return { text: asJson({ done, ...(facts ?? { message }) }), to: 'output' };
  return { text: message, to: done ? 'output' : 'errors' };
}

export function asJson(value: object): string {
  return JSON.stringify(value, undefined, 2);
}
