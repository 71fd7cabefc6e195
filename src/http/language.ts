import type { Request } from 'express';
import { Injectable } from '@nestjs/common';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../config/root.js';
import { Cookies } from './cookies.js';
import type { MessageRef } from './form.js';

declare module 'express' {
  interface Request {
    /** What further folders know of the language: the application's wish, and the person's own choice; and of their clock. */
    languageHints?: {
      uiLocales?: string | undefined;
      account?: string | null | undefined;
      timeZone?: string | null | undefined;
    };
  }
}

type Catalogue = Record<string, string>;

const FALLBACK_LANGUAGE = 'en';

/** The message catalogues (views/messages/<language>.json) and which of them a request gets. */
@Injectable()
export class Languages {
  private readonly catalogues = new Map<string, Catalogue>();
  private readonly names = new Map<string, string>();

  constructor(private readonly cookies: Cookies) {
    const folder = join(projectRoot, 'views', 'messages');
    for (const file of readdirSync(folder).sort()) {
      this.catalogues.set(
        file.replace('.json', ''),
        JSON.parse(readFileSync(join(folder, file), 'utf8')) as Catalogue,
      );
    }
  }

  get codes(): string[] {
    return [...this.catalogues.keys()];
  }

  /** The name of a language in itself: "Deutsch". */
  nameOf(code: string): string {
    let name = this.names.get(code);
    if (name === undefined) {
      name = new Intl.DisplayNames([code], { type: 'language' }).of(code) ?? code;
      this.names.set(code, name);
    }
    return name;
  }

  /** ui_locales, then the person's choice, then Accept-Language; a choice made meanwhile comes before all. */
  of(req: Request): string {
    const hints = req.languageHints ?? {};
    const wishes = [
      // Picked on this very interaction, after the application had said its wish.
      this.cookies.readPage(req, 'page_locale') ?? '',
      ...(hints.uiLocales?.split(' ') ?? []),
      hints.account ?? this.cookies.read(req, 'locale') ?? '',
      ...req.acceptsLanguages(),
    ];
    for (const wish of wishes) {
      const code = this.supported(wish);
      if (code) return code;
    }
    return FALLBACK_LANGUAGE;
  }

  /** "de-AT" and "DE" are served by "de". */
  supported(tag: string): string | undefined {
    const wanted = tag.toLowerCase();
    return (
      this.codes.find((code) => code === wanted) ?? this.codes.find((code) => code === wanted.split('-')[0])
    );
  }

  /** The text of a message with its `{parameters}` filled in; a key that is in no catalogue is a bug and throws. */
  text(language: string, message: MessageRef, given: Record<string, unknown> = {}): string {
    const { key, params } = typeof message === 'string' ? { key: message, params: given } : message;
    const text = this.find(language, key);
    if (text === undefined) throw new Error(`no message "${key}"`);
    return text.replace(/\{(\w+)\}/g, (_, name: string) =>
      String((params[name] as string | number | undefined) ?? ''),
    );
  }

  has(key: string): boolean {
    return this.find(FALLBACK_LANGUAGE, key) !== undefined;
  }

  private find(language: string, key: string): string | undefined {
    return this.catalogues.get(language)?.[key] ?? this.catalogues.get(FALLBACK_LANGUAGE)?.[key];
  }
}
