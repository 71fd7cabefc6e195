import Bowser from 'bowser';

/** What a browser says of itself. It can say anything: this is for the owner to recognise it by, and decides nothing. */
export interface BrowserParts {
  readonly browser: string | undefined;
  /** The device where it is the better word (iPhone, iPad), else the operating system. */
  readonly system: string | undefined;
}

/** Both parts in words; `pattern` puts them together. */
export function browserName(userAgent: string | null | undefined, pattern = '{browser} on {system}'): string {
  const { browser, system } = browserParts(userAgent);
  if (browser && system) return pattern.replace('{browser}', browser).replace('{system}', system);
  return browser ?? system ?? '';
}

export function browserParts(userAgent: string | null | undefined): BrowserParts {
  if (!userAgent) return { browser: undefined, system: undefined };
  const { browser, os, platform } = Bowser.parse(userAgent);
  const device = platform.vendor === 'Apple' && platform.type !== 'desktop' ? platform.model : undefined;
  return { browser: browser.name || undefined, system: device || os.name || undefined };
}
