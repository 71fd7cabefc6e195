import type { ClientMistake } from '../../clients/client-rules.js';
import type { MessageRef } from '../../http/form.js';
import { RULE_SENTENCES } from './rule-sentences.js';

/** A mistake as a page shows it. */
export interface ToldMistake {
  /** Where it is to be mended; absent: at the whole. */
  readonly field?: string;
  readonly words: string;
  /** No message has been found: what another program says of it stands there as it is. */
  readonly isEnglish: boolean;
}

type Text = (message: MessageRef) => string;

/** "profile fapi2-security: …", "scope: …" */
const OF_PROFILE = /^profile (\S+): (.*)$/s;
const AT_FIELD = /^([a-z_]+): (.*)$/s;

const SENTENCES = RULE_SENTENCES.map(([sentence, key]) => ({ key, ...compiled(sentence) }))
  // What says most is the likeliest: "write a list" is no number of "write a {thing}".
  .sort((a, b) => b.letters - a.letters);

/**
 * What the rules of the clients file say of a mistake, in the language of a page.
 * @param place the field that it stands at there: that one need not be named again
 */
export function told({ field, what }: ClientMistake, text: Text, place?: string): ToldMistake {
  const bare = place !== undefined && what.startsWith(`${place}: `) ? what.slice(place.length + 2) : what;
  const words = inWords(bare, text);
  return { ...(field === undefined ? {} : { field }), words: words ?? bare, isEnglish: words === undefined };
}

function inWords(what: string, text: Text): string | undefined {
  for (const { key, names, pattern } of SENTENCES) {
    const values = pattern.exec(what)?.slice(1);
    if (!values) continue;
    return text({ key, params: Object.fromEntries(names.map((name, index) => [name, values[index]!])) });
  }
  const [, profile, ofProfile] = OF_PROFILE.exec(what) ?? [];
  const inside = ofProfile && inWords(ofProfile, text);
  if (inside) return text({ key: 'admin.rule.of-profile', params: { profile: profile!, what: inside } });
  const [, field, atField] = AT_FIELD.exec(what) ?? [];
  const words = atField && inWords(atField, text);
  return words ? `${field}: ${words}` : undefined;
}

function compiled(sentence: string) {
  const parts = sentence.split(/\{(\w+)\}/);
  const escaped = parts.map((part, index) =>
    index % 2 === 1 ? '(.+?)' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'),
  );
  return {
    pattern: new RegExp(`^${escaped.join('')}$`, 's'),
    names: parts.filter((_, index) => index % 2 === 1),
    letters: parts.filter((_, index) => index % 2 === 0).join('').length,
  };
}
