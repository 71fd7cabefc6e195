import type { FormValues } from './merged-form.js';
import type { ToldMistake } from './rule-words.js';

/** How a field is typed. */
export type Kind = 'text' | 'lines' | 'words' | 'number' | 'color' | 'choice' | 'flag';

export interface FormField {
  readonly name: string;
  readonly kind: Kind;
  /** Message. */
  readonly label: string;
  readonly hint?: string;
  /** For a choice; the first one is what counts where nothing is chosen. */
  readonly options?: readonly string[];
}

export interface FormPart {
  readonly name: string;
  readonly legend: string;
  readonly fields: readonly FormField[];
  /** Whether only its heading is shown where all that stands in it is as usual. */
  readonly folds?: boolean;
}

export const flag = (name: string, label: string, hint?: string): FormField => ({
  name,
  kind: 'flag',
  label,
  ...(hint ? { hint } : {}),
});
export const text = (name: string, label: string, hint?: string, kind: Kind = 'text'): FormField => ({
  name,
  kind,
  label,
  ...(hint ? { hint } : {}),
});
export const choice = (name: string, label: string, options: readonly string[]): FormField => ({
  name,
  kind: 'choice',
  label,
  options,
});

/**
 * A field for the partial `form-parts`, with what stands in it and what is wrong with that.
 * @param mistakes those that are mended here
 * @param wordOf what an option is called
 */
export function shownField(
  field: FormField,
  values: FormValues,
  mistakes: readonly ToldMistake[],
  wordOf: (field: string, option: string) => string,
) {
  return {
    ...field,
    isLines: field.kind === 'lines',
    isFlag: field.kind === 'flag',
    isChoice: field.kind === 'choice',
    value: values[field.name] ?? '',
    isTicked: values[field.name] === 'yes',
    isUrl: field.name.endsWith('_uri'),
    mistakes,
    options: field.options?.map((value) => ({
      value,
      words: wordOf(field.name, value),
      selected: value === values[field.name],
    })),
  };
}
