import type { ClientFields } from '../../clients/client-draft.js';
import { FORM_FIELDS, GRANT_FLAGS, IN_FORM, USUAL_GRANTS, WITHOUT_PKCE } from './client-fields.js';

/** A line of what a client is, for a page: a message, and what it is. */
export interface Fact {
  /** Message; absent: `name` as it is written in a file. */
  readonly label?: string;
  readonly name: string;
  /** Messages. */
  readonly words: readonly string[];
  /** As they are. */
  readonly values: readonly string[];
}

const CONSENT: Readonly<Record<string, string>> = {
  always: 'admin.clients.consent.always',
  remember: 'admin.clients.consent.remember',
  never: 'admin.clients.consent.never',
};
/** Said elsewhere on the page. */
const ELSEWHERE = [
  'client_id',
  'client_name',
  'api_scope',
  'first_party',
  'response_types',
  'client_id_issued_at',
];

/** What a client is, in words, as far as there are words for it. */
export function inWords(metadata: ClientFields): Fact[] {
  const known = FORM_FIELDS.filter(({ name }) => !ELSEWHERE.includes(name) && !(name in GRANT_FLAGS)).flatMap(
    ({ name, kind, label }): Fact[] => {
      const value = name === WITHOUT_PKCE ? metadata['require_pkce'] === false : metadata[name];
      if (name === 'consent') return [{ name, label, words: [consentOf(metadata)], values: [] }];
      if (value === undefined || value === false || (Array.isArray(value) && value.length === 0)) return [];
      if (kind === 'flag') return [{ name, label, words: ['admin.clients.yes'], values: [] }];
      return [{ name, label, words: [], values: [value].flat().map(textOf) }];
    },
  );
  const grants = (metadata['grant_types'] ?? USUAL_GRANTS) as string[];
  const labelOf = (grant: string) => {
    const flag = Object.keys(GRANT_FLAGS).find((name) => GRANT_FLAGS[name] === grant);
    return FORM_FIELDS.find(({ name }) => name === flag)?.label;
  };
  const rest = Object.entries(metadata).filter(([name]) => !IN_FORM.has(name) && !ELSEWHERE.includes(name));
  return [
    ...known,
    {
      name: 'grant_types',
      label: 'admin.clients.grants',
      words:
        grants.length > 0
          ? grants.map(labelOf).filter((label) => label !== undefined)
          : ['admin.clients.no-grants'],
      values: [],
    },
    ...rest.map(([name, value]) => ({ name, words: [], values: [textOf(value)] })),
  ];
}

function consentOf({ consent, first_party: firstParty }: ClientFields): string {
  return CONSENT[firstParty === true ? 'never' : ((consent as string | undefined) ?? 'remember')]!;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
