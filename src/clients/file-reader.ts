import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Node, type YAMLMap } from 'yaml';
import type { Fields } from './checks.js';

/** One item of a list: its fields, each checked by itself, and where they stand. */
export interface Item {
  readonly fields: Record<string, unknown>;
  readonly line: number;
  readonly has: (field: string) => boolean;
  readonly lineOf: (field: string) => number;
}

/** Reads YAML so that every mistake is named with its line. */
export class FileReader {
  private readonly found: { line: number; what: string }[] = [];
  private readonly lines = new LineCounter();

  constructor(private readonly file: string) {}

  /** In the order of the lines. */
  get mistakes(): string[] {
    return [...this.found]
      .sort((a, b) => a.line - b.line)
      .map(({ line, what }) => `${this.file}, line ${line}: ${what}.`);
  }

  get mistaken(): number {
    return this.found.length;
  }

  mistake(line: number, what: string): void {
    this.found.push({ line, what });
  }

  /** Each list of the file by its name; a bare list is the first of `known`. */
  lists(known: readonly string[]): Map<string, Node[]> {
    const document = parseDocument(readFileSync(this.file, 'utf8'), {
      lineCounter: this.lines,
      prettyErrors: false,
    });
    for (const error of document.errors) this.mistake(this.lines.linePos(error.pos[0]).line, error.message);
    if (document.errors.length > 0 || document.contents === null) return new Map();
    const root = document.contents;
    if (isSeq(root)) return new Map([[known[0]!, root.items]]);
    if (isMap(root)) return new Map(root.items.flatMap((pair) => this.list(known, pair.key, pair.value)));
    this.mistake(this.lineOf(root), `begin with "${known[0]}:" and a list below it`);
    return new Map();
  }

  /** @returns undefined when it cannot be used; what is wrong with it is said */
  item(node: Node, what: string, key: string, checks: Fields): Item | undefined {
    if (!isMap(node)) {
      this.mistake(this.lineOf(node), `each ${what} is a map of its fields (${key}: …)`);
      return undefined;
    }
    return {
      fields: this.fields(node, what, checks),
      line: this.lineOf(node),
      has: (field) => node.has(field),
      lineOf: (field) => this.lineOf(node.get(field, true)),
    };
  }

  /** Another file, named relative to this one. */
  beside(name: string): string {
    return resolve(dirname(this.file), name);
  }

  private list(known: readonly string[], key: unknown, value: unknown): [string, Node[]][] {
    const name = isScalar(key) ? String(key.value) : '';
    if (!known.includes(name)) {
      this.mistake(this.lineOf(key), `"${name}" is not a part of this file; there are: ${known.join(', ')}`);
      return [];
    }
    if (isScalar(value) && value.value === null) return [];
    if (isSeq(value)) return [[name, value.items as Node[]]];
    this.mistake(this.lineOf(key), `begin with "${name}:" and a list below it`);
    return [];
  }

  private fields(item: YAMLMap, what: string, checks: Fields): Record<string, unknown> {
    const fields: Record<string, unknown> = {};
    for (const pair of item.items) {
      const name = isScalar(pair.key) ? String(pair.key.value) : '';
      const check = Object.hasOwn(checks, name) ? checks[name] : undefined;
      const value = (pair.value as Node | null)?.toJSON() as unknown;
      const mend = check?.(value);
      if (!check)
        this.mistake(
          this.lineOf(pair.key),
          `"${name}" is not a field of ${/^[aeiou]/i.test(what) ? 'an' : 'a'} ${what}; there are: ${Object.keys(checks).join(', ')}`,
        );
      else if (mend) this.mistake(this.lineOf(pair.value ?? pair.key), `${name}: ${mend}`);
      else fields[name] = value;
    }
    return fields;
  }

  private lineOf(node: unknown): number {
    const range = (node as Node | undefined)?.range;
    return range ? this.lines.linePos(range[0]).line : 1;
  }
}
