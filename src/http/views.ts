import { Injectable } from '@nestjs/common';
import Handlebars from 'handlebars';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Config } from '../config/config.js';
import { projectRoot } from '../config/root.js';
import { Languages } from './language.js';

interface PageContext {
  readonly lang: string;
  /** The reader's, where it is known. */
  readonly timeZone?: string | undefined;
  readonly formToken: string;
}

/** What Handlebars passes to a helper, as far as ours use it. */
interface Options {
  readonly hash: Record<string, unknown>;
  readonly data: PageContext;
}

/** Else each line of what a partial fills in would be indented like the partial, also within a text to copy or to edit. */
const AS_WRITTEN = { preventIndent: true };

/** The compiled templates. Everything is read once, at the start: a broken template stops the start, not a sign-in. */
@Injectable()
export class Views {
  private readonly handlebars = Handlebars.create();
  private readonly pages = new Map<string, Handlebars.TemplateDelegate>();
  private readonly layout: Handlebars.TemplateDelegate;

  constructor(
    private readonly config: Config,
    private readonly languages: Languages,
  ) {
    this.registerHelpers();
    const folder = join(projectRoot, 'views');
    for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.hbs'),
    )) {
      const [room, ...rest] = file.replace(/\.hbs$/, '').split('/');
      const source = readFileSync(join(folder, file), 'utf8');
      // Compiled: a text would be compiled anew for each page that has inline partials.
      if (room === 'partials')
        this.handlebars.registerPartial(rest.join('/'), this.handlebars.compile(source, AS_WRITTEN));
      else {
        // What is no HTML must not be escaped as if it were.
        const noEscape = file.endsWith('.text.hbs');
        this.pages.set(
          `${room}/${rest.join('/')}`,
          this.handlebars.compile(source, { ...AS_WRITTEN, noEscape }),
        );
      }
    }
    this.layout = this.pages.get('layouts/page')!;
  }

  /** A whole HTML document. `page` is the file's name under views/, without its ending. */
  render(page: string, data: Record<string, unknown>, context: PageContext): string {
    const template = this.pages.get(page);
    if (!template) throw new Error(`no page "${page}"`);
    const options = { data: { ...context } };
    const title =
      (data['title'] as string | undefined) ??
      this.languages.text(context.lang, `${page.replaceAll('/', '.')}.title`, data);
    const common = {
      ...data,
      title,
      page,
      lang: context.lang,
      dir: 'ltr',
      serviceName: this.config.serviceName,
      serviceLogo: this.config.logo,
      // A page on the way to an application has that one's colour.
      color: data['color'] ?? (data['client'] as { color?: string } | undefined)?.color ?? this.config.color,
      locales: this.languages.codes.map((code) => ({
        code,
        name: this.languages.nameOf(code),
        current: code === context.lang,
      })),
    };
    return this.layout({ ...common, body: template(common, options) }, options);
  }

  /** What a template makes by itself, without the layout of a page: a letter's HTML (`.html.hbs`), or its text (`.text.hbs`). */
  renderBare(name: string, data: Record<string, unknown>, lang: string): string {
    const template = this.pages.get(name);
    if (!template) throw new Error(`no template "${name}"`);
    return template(data, { data: { lang } });
  }

  private registerHelpers(): void {
    const safe = (html: string) => new Handlebars.SafeString(html);
    const assets = assetVersions();
    this.handlebars.registerHelper({
      t: (key: string, { hash, data }: Options) => this.languages.text(data.lang, key, hash),
      url: (path: string) => this.config.basePath + path + (assets.has(path) ? `?v=${assets.get(path)}` : ''),
      csrf: ({ data }: Options) => safe(`<input type="hidden" name="_csrf" value="${data.formToken}">`),
      date: (value: Date | undefined, { data }: Options) => (value ? safe(timeElement(value, data)) : ''),
      eq: (a: unknown, b: unknown) => a === b,
      concat: (...parts: unknown[]) => parts.slice(0, -1).join(''),
    });
  }
}

/**
 * In the zone that the reader chose, and its name with it. Else in UTC, and said so: then a script shows it on the clock of
 * the machine instead.
 */
function timeElement(value: Date, { lang, timeZone }: PageContext): string {
  const known = timeZone !== undefined && isTimeZone(timeZone);
  const text = new Intl.DateTimeFormat(lang, {
    dateStyle: 'medium',
    timeStyle: 'short',
    timeZone: known ? timeZone : 'UTC',
  }).format(value);
  if (!known) return `<time datetime="${value.toISOString()}">${text} UTC</time>`;
  const zone = new Intl.DateTimeFormat(lang, { timeZone, timeZoneName: 'short' })
    .formatToParts(value)
    .find(({ type }) => type === 'timeZoneName')!.value;
  return `<time datetime="${value.toISOString()}" data-zone="${timeZone}">${text} ${zone}</time>`;
}

/** A zone that was chosen under another release of Node may be unknown to this one; a page has to come all the same. */
export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** Assets are cached for a year by a name that changes with their content. */
function assetVersions(): Map<string, string> {
  const folder = join(projectRoot, 'public');
  return new Map(
    readdirSync(folder).map((file) => [
      `/assets/${file}`,
      createHash('sha256')
        .update(readFileSync(join(folder, file)))
        .digest('hex')
        .slice(0, 10),
    ]),
  );
}
