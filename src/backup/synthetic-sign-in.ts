/** What a browser without scripts does, as far as a sign-in needs it. */
const MOST_REDIRECTS = 15;

interface Page {
  readonly path: string;
  readonly status: number;
  readonly text: string;
}

/**
 * Signs in on the real pages, with a password.
 * @returns undefined, or where it ended instead of on the account pages
 */
export async function signInOverPages(
  issuer: string,
  person: { username: string; password: string },
): Promise<string | undefined> {
  const window = new Window(issuer);
  const form = await window.open('/dashboard');
  const action = /<form method="post" action="([^"]+)"/.exec(form.text)?.[1];
  const token = /name="_csrf" value="([^"]+)"/.exec(form.text)?.[1];
  if (!action || !token || !form.text.includes('id="password"')) return at('no sign-in page', form);
  const page = await window.post(unescaped(action), { _csrf: unescaped(token), ...person });
  if (!page.path.startsWith('/dashboard') || page.status !== 200) return at('not signed in', page);
  return page.text.includes(person.username) ? undefined : at('signed in as nobody', page);
}

class Window {
  private readonly cookies = new Map<string, string>();

  constructor(private readonly issuer: string) {}

  open(path: string): Promise<Page> {
    return this.follow(path, {});
  }

  post(path: string, fields: Record<string, string>): Promise<Page> {
    return this.follow(path, {
      method: 'POST',
      body: new URLSearchParams(fields),
      headers: { origin: new URL(this.issuer).origin },
    });
  }

  private async follow(path: string, first: RequestInit): Promise<Page> {
    let url = new URL(path, this.issuer);
    let init = first;
    for (let left = MOST_REDIRECTS; left > 0; left--) {
      const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
      const headers = { ...(init.headers as Record<string, string>), cookie, 'accept-language': 'en' };
      const answer = await fetch(url, { ...init, headers, redirect: 'manual' });
      for (const each of answer.headers.getSetCookie()) this.keep(each);
      const location = answer.headers.get('location');
      if (!location) return { path: url.pathname, status: answer.status, text: await answer.text() };
      await answer.body?.cancel();
      url = new URL(location, url);
      if (url.origin !== new URL(this.issuer).origin) throw new Error(`led away to ${url.origin}`);
      init = {};
    }
    throw new Error(`led on and on, lastly to ${url.pathname}`);
  }

  private keep(header: string): void {
    const [, name, value] = /^([^=]+)=([^;]*)/.exec(header)!;
    if (value) this.cookies.set(name!, value);
    else this.cookies.delete(name!);
  }
}

function at(what: string, { path, status }: Page): string {
  return `${what}: ${status} at ${path}`;
}

function unescaped(text: string): string {
  return text.replaceAll('&amp;', '&').replaceAll('&#x3D;', '=');
}
