import { describe, expect, it } from '@jest/globals';
import type { DeclaredClient } from './clients-file.js';
import { inWords, plan } from './plan.js';

const client = (id: string, more: Partial<DeclaredClient> = {}): DeclaredClient => ({
  id,
  secret: 'the-secret-of-the-application',
  previousSecret: undefined,
  logo: undefined,
  line: 2,
  metadata: { client_name: id, redirect_uris: [`https://${id}.example/cb`], jwks: { keys: [], a: 1 } },
  ...more,
});
const file = (...clients: DeclaredClient[]) => ({ clients, declarations: [] });
const api = { kind: 'apis' as const, name: 'https://api.example', body: { name: 'Orders' }, line: 9 };

describe('the plan of what applying the clients file would do', () => {
  it('is empty where the database says what the file says, in whatever order', () => {
    const stored = client('a', {
      metadata: {
        jwks: { a: 1, keys: [] },
        redirect_uris: ['https://a.example/cb'],
        client_name: 'a',
      },
    });
    expect(plan(file(stored), file(client('a')))).toEqual([]);
    expect(inWords([])).toContain('nothing changes');
  });

  it('says what comes, what changes with before and after, and what goes', () => {
    const changed = client('b', { metadata: { client_name: 'B', redirect_uris: ['https://b.example/cb'] } });
    const changes = plan(
      { clients: [client('b'), client('c')], declarations: [] },
      { clients: [client('a'), changed], declarations: [api] },
    );
    expect(inWords(changes).split('\n')).toEqual([
      '+ apis "https://api.example"',
      '+ clients "a"',
      '~ clients "b"',
      '    client_name: "b" -> "B"',
      '    jwks: {"keys":[],"a":1} -> (none)',
      '- clients "c"',
    ]);
  });

  it('notices another secret and shows none', () => {
    const rotated = client('a', { secret: 'new-secret', previousSecret: 'the-secret-of-the-application' });
    const words = inWords(plan(file(client('a')), file(rotated)));
    expect(words).toContain('client_secret: "(one, not shown)" -> "(another one, not shown)"');
    expect(words).toContain('previous_client_secret: (none) -> "(another one, not shown)"');
    expect(words).not.toContain('the-secret');
    expect(words).not.toContain('new-secret');
  });

  it('notices another logo', () => {
    const logo = 'data:image/svg+xml;base64,PHN2Zy8+';
    expect(inWords(plan(file(client('a')), file(client('a', { logo }))))).toContain('logo_file: (none) ->');
  });
});
