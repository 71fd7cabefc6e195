import { Injectable } from '@nestjs/common';
import { Config } from '../config/config.js';
import { Languages } from '../http/language.js';
import { isTimeZone, Views } from '../http/views.js';
import { harmless } from './harmless.js';
import type { Addressed, Letter } from './letter.js';

/** A letter in somebody's language. */
export interface WrittenLetter {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

const FALLBACK_LANGUAGE = 'en';

/** Writes a letter: its words from the catalogues, into views/mail/letter.text.hbs and letter.html.hbs. */
@Injectable()
export class LetterTemplates {
  constructor(
    private readonly config: Config,
    private readonly languages: Languages,
    private readonly views: Views,
  ) {}

  write({ to, username, locale, timeZone, letter }: Addressed): WrittenLetter {
    const lang = this.languages.supported(locale ?? '') ?? FALLBACK_LANGUAGE;
    const shown = (value: string | number | Date) => valueText(value, lang, timeZone);
    const params = {
      service: this.config.serviceName,
      username: harmless(username),
      ...Object.fromEntries(Object.entries(letter.params ?? {}).map(([name, value]) => [name, shown(value)])),
    };
    const words = (part: string) => this.languages.text(lang, `mail.${letter.name}.${part}`, params);
    const subject = words('subject');
    const data = {
      ...params,
      lang,
      dir: 'ltr',
      subject,
      heading: words('heading'),
      paragraphs: words('text').split('\n\n'),
      action: letter.action && { link: letter.action, label: words('action') },
      happened: letter.happened && happenedTexts(letter.happened, shown),
      notMe: letter.notMe,
      home: this.config.issuer,
    };
    return {
      to,
      subject,
      text: this.views.renderBare('mail/letter.text', data, lang).trim() + '\n',
      html: this.views.renderBare('mail/letter.html', data, lang),
    };
  }
}

/** Empty: nobody knows, and the line is left out. */
function happenedTexts(
  { at, browser, address }: NonNullable<Letter['happened']>,
  shown: (value: string | Date) => string,
) {
  return { when: shown(at), browser: shown(browser), address: shown(address) };
}

/** A number or a text as it may stand in a letter, a Date in the reader's time zone, else in UTC, and which of them is said. */
function valueText(value: string | number | Date, lang: string, timeZone: string | null | undefined): string {
  if (typeof value === 'number') return new Intl.NumberFormat(lang).format(value);
  if (typeof value === 'string') return harmless(value);
  return new Intl.DateTimeFormat(lang, {
    year: 'numeric',
    month: 'long',
    day: 'numeric',
    hour: 'numeric',
    minute: '2-digit',
    timeZoneName: 'short',
    timeZone: timeZone && isTimeZone(timeZone) ? timeZone : 'UTC',
  }).format(value);
}
