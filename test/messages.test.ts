import { describe, expect, it } from '@jest/globals';
import Handlebars from 'handlebars';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { letterWords } from '../src/admin/mail/letter-words.js';
import { projectRoot } from '../src/config/root.js';

const views = join(projectRoot, 'views');
const catalogue = (code: string) =>
  JSON.parse(readFileSync(join(views, 'messages', `${code}.json`), 'utf8')) as Record<string, string>;
const english = catalogue('en');
const others = readdirSync(join(views, 'messages'))
  .map((name) => name.replace('.json', ''))
  .filter((code) => code !== 'en');
const templates = readdirSync(views, { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.hbs'),
);
const sources = readdirSync(join(projectRoot, 'src'), { recursive: true, encoding: 'utf8' }).filter(
  (name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'),
);

const placeholders = (text: string) => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort();

/** The template's own text: what is left when everything that Handlebars fills in is gone. */
function literalHtml(source: string): string {
  const collect = (
    node: hbs.AST.Node & {
      program?: hbs.AST.Program;
      inverse?: hbs.AST.Program;
      body?: hbs.AST.Statement[];
      original?: string;
    },
  ): string => {
    if (node.type === 'ContentStatement') return node.original!;
    const parts = [...(node.body ?? []), node.program, node.inverse].filter((part) => part !== undefined);
    return parts.length > 0 ? parts.map(collect).join('') : '\u0000';
  };
  return collect(Handlebars.parse(source));
}

describe('the message catalogues', () => {
  it.each(others)('%s is complete, and keeps every placeholder', (code) => {
    const messages = catalogue(code);
    expect(Object.keys(messages).sort()).toEqual(Object.keys(english).sort());
    const different = Object.keys(english).filter(
      (key) => placeholders(messages[key]!).join() !== placeholders(english[key]!).join(),
    );
    expect(different).toEqual([]);
    expect(Object.entries(messages).filter(([, text]) => text.trim() === '')).toEqual([]);
  });

  it.each(['en', ...others])('%s has the apostrophes and quotation marks of print', (code) => {
    const typed = Object.entries(catalogue(code)).filter(([, text]) => /['"]/.test(text));
    expect(typed).toEqual([]);
  });

  it.each(templates)('views/%s has no text of its own', (name) => {
    const html = literalHtml(readFileSync(join(views, name), 'utf8'));
    const text = html.replace(/<[^>]*>/g, ' ').replace(/&\w+;/g, ' ');
    expect(text.match(/\p{L}{2,}/gu) ?? []).toEqual([]);
    const spoken = [
      ...html.matchAll(/\b(?:alt|title|placeholder|aria-label|data-label|data-text)="([^"\u0000]*)"/g),
    ].map(([, value]) => value!);
    expect(spoken.filter((value) => /\p{L}/u.test(value))).toEqual([]);
  });

  it.each(templates)('views/%s asks only for messages that exist', (name) => {
    const keys = [...readFileSync(join(views, name), 'utf8').matchAll(/[{(]t "([^"]+)"/g)].map(
      ([, key]) => key!,
    );
    expect(keys.filter((key) => !(key in english))).toEqual([]);
  });

  it('has a message for every key the program names', () => {
    const keys = sources.flatMap((name) =>
      [
        ...readFileSync(join(projectRoot, 'src', name), 'utf8').matchAll(
          /'((?:form|password|notice)\.[a-z-]+)'/g,
        ),
      ].map(([, key]) => key!),
    );
    // What is written down of a password is named alike.
    const audited = readFileSync(join(projectRoot, 'src/audit/audit.service.ts'), 'utf8').matchAll(
      /'(password\.[a-z-]+)'/g,
    );
    const known = new Set([...Object.keys(english), ...[...audited].map(([, name]) => name!)]);
    expect(keys.filter((key) => !known.has(key))).toEqual([]);
  });

  it('has a heading and a message for every error', () => {
    const errors = readFileSync(join(projectRoot, 'src/kernel/errors.ts'), 'utf8');
    const codes = [...errors.matchAll(/new PageError\('([a-z-]+)'/g)].map(([, code]) => code!);
    expect(codes.length).toBeGreaterThan(10);
    for (const code of codes) {
      expect(english).toHaveProperty([`error.${code}.heading`]);
      expect(english).toHaveProperty([`error.${code}.message`]);
    }
  });

  it('has every part of every letter, and words for no other', () => {
    const written = readFileSync(join(projectRoot, 'src/mail/letters.ts'), 'utf8');
    const names = [...written.matchAll(/name: '([a-z-]+)'/g)].map(([, name]) => name!);
    expect(names.length).toBeGreaterThan(20);
    const parts = Object.keys(english).filter((key) => /^mail\.[a-z-]+\./.test(key));
    expect([...new Set(parts.map((key) => key.split('.')[1]!))].sort()).toEqual([...new Set(names)].sort());
    const needed = names.flatMap((name) =>
      ['subject', 'heading', 'text'].map((part) => `mail.${name}.${part}`),
    );
    expect(needed.filter((key) => !(key in english))).toEqual([]);
    // A subject tells what happened, and never what somebody typed.
    const subjects = parts.filter((key) => key.endsWith('.subject'));
    expect(subjects.filter((key) => placeholders(english[key]!).length > 0)).toEqual([]);
  });

  it('says of every kind of letter what it is about', () => {
    const declared = readFileSync(join(projectRoot, 'src/mail/kinds.ts'), 'utf8').split('export type')[0]!;
    const kinds = [...declared.matchAll(/^  '?([a-z-]+)'?: /gm)].map(([, kind]) => kind!);
    expect(kinds.length).toBeGreaterThan(25);
    expect(kinds.filter((kind) => !(letterWords(kind) in english))).toEqual([]);
  });

  it('knows no message that nothing uses', () => {
    const everything = [
      ...templates.map((name) => join(views, name)),
      ...sources.map((name) => join(projectRoot, 'src', name)),
    ]
      .map((path) => readFileSync(path, 'utf8'))
      .join('\n');
    // Keys that are put together at run time: `scope.<name>.title`, `claim.<name>`, an error's code, a page's title, a letter's parts,
    // `activity.<what was written down>`, `link.<what it is for>`, an action's (test/user-actions.test.ts).
    const composed =
      /^user-action\.[a-z-]+\.(heading|text|submit)$|^(scope|claim|error|activity|link)\.|\.title$|^mail\.[a-z-]+\.(subject|heading|text|action)$|^form\.(totp|backup-code)-refused$|^admin\.settings\.GATEHOUSE_[A-Z_]+\.(label|hint)$/;
    const unused = Object.keys(english).filter((key) => !composed.test(key) && !everything.includes(key));
    expect(unused).toEqual([]);
  });
});
