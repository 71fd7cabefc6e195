import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Application } from '../support/application.js';
import { Browser } from '../support/browser.js';
import { CLIENTS_WITH_CLAIMS, learned, shell } from '../support/claims.js';
import { addEnrolled, somebody } from '../support/enrolled.js';
import { TestServer } from '../support/server.js';

interface Row {
  readonly value: string;
  readonly why: string;
  readonly places: string;
}

describe('an operator who wants to know what an application gets to know', () => {
  const [operator, person] = [somebody(), somebody()];
  let server: TestServer;
  const desk = () => new Browser(server);
  beforeAll(async () => {
    server = await TestServer.start({ clients: CLIENTS_WITH_CLAIMS });
    await addEnrolled(server, operator);
    await server.addPerson(person);
    await shell(server, 'operator-add', operator.username);
    await shell(server, 'group-add', person.username, 'staff');
    await shell(server, 'set-attribute', person.username, 'department', 'Engines');
    await shell(server, 'set-attribute', person.username, 'given_name', 'Augusta');
  });
  afterAll(() => server.stop());

  /** The tables of the page, by claim. */
  function tables(browser: Browser): { given: Record<string, Row>; missing: Record<string, Row> } {
    const [given, missing] = browser.page.html
      .querySelectorAll('table.claims')
      .map((table) =>
        Object.fromEntries(
          table
            .querySelectorAll('tbody tr')
            .map((row) => [row.querySelector('th')!.text.trim(), rowOf(row.querySelectorAll('td'))]),
        ),
      );
    return { given: given!, missing: missing! };
  }

  /** Of what is not given there is neither a value nor a place. */
  function rowOf(cells: { readonly text: string }[]): Row {
    const texts = cells.map(({ text }) => text.trim());
    const [value, why, , places] = texts.length === 4 ? texts : ['', texts[0]!, '', ''];
    return { value: value!, why: why!, places: places! };
  }

  async function previewed(client: string, scope: string) {
    const browser = desk();
    await browser.signIn(operator);
    await browser.open('/admin/claims');
    await browser.press('submit', { client, who: person.email.toUpperCase(), scope });
    expect(browser.page.status).toBe(200);
    return { browser, ...tables(browser) };
  }

  it('sees exactly what the tokens have then, where it comes from, and why something is missing', async () => {
    const { given, missing, browser } = await previewed('notes', 'openid profile groups');
    expect(browser.page.text).toContain('Nobody is asked for consent');
    expect(given).toMatchObject({
      roles: { value: '["employee"]', why: 'Membership in: staff', places: 'id_token, userinfo' },
      groups: { value: '["staff"]', why: 'Membership in: staff' },
      given_name: { value: 'Augusta', why: 'Set by an operator' },
      preferred_username: { value: person.username, why: 'The account' },
      tenant: { value: '{"id":7}', places: 'userinfo' },
      acr: { why: 'The sign-in', places: 'id_token' },
    });
    expect(missing).toMatchObject({
      department: { why: 'It takes one of these scopes: team' },
      nickname: { why: 'Nothing is known of it' },
      email: { why: 'It takes one of these scopes: email' },
    });

    const notes = new Application(server, 'notes');
    const owner = new Browser(server);
    await owner.open(notes.authorizationUrl({ scope: 'openid profile groups' }));
    await owner.enterPassword(person);
    const { idToken, userinfo } = await learned(notes, owner);
    const protocol = ['iss', 'aud', 'exp', 'iat', 'nonce', 'at_hash', 'sid', 'auth_time', 'acr', 'amr'];
    const shown = (claims: Record<string, unknown>) =>
      Object.fromEntries(
        Object.entries(claims)
          .filter(([name]) => !protocol.includes(name))
          .map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
      );
    const inPlace = (place: string) =>
      Object.fromEntries(
        Object.entries(given)
          .filter(([name, { places }]) => places.split(', ').includes(place) && !protocol.includes(name))
          .map(([name, { value }]) => [name, value]),
      );
    expect(inPlace('id_token')).toEqual(shown(idToken));
    expect(inPlace('userinfo')).toEqual(shown(userinfo));

    // The person can see that somebody looked.
    await owner.open('/dashboard/activity');
    expect(owner.page.text).toContain(
      'An operator looked at what an application gets to know of the account',
    );
  });

  it('sees what stands in the way: groups, consent, other clients, scopes that are not allowed', async () => {
    const bank = await previewed('bank', '');
    expect(bank.browser.page.text).toContain('as a member of one of: staff, admins');
    expect(bank.browser.page.text).toContain('another one in each sector');
    expect(bank.missing).toMatchObject({
      tenant: { why: 'Only for: notes, calendar' },
      groups: { why: 'The application may not ask for: groups' },
    });
    await shell(server, 'group-remove', person.username, 'staff');
    await shell(server, 'unset-attribute', person.username, 'department');
    expect((await previewed('bank', '')).browser.page.text).toContain('The person does not get in');
    const calendar = await previewed('calendar', 'openid groups team');
    expect(calendar.browser.page.text).toContain('asked for consent first');
    expect(calendar.missing).toMatchObject({
      roles: { why: 'The person is in none of: admins, staff' },
      department: { why: 'The attribute department is not set; set-attribute sets it.' },
    });
  });

  it('reads the same in the shell', async () => {
    const report = await shell(server, 'claims', 'notes', person.username);
    expect(report).toMatch(/^ {2}given_name\t"Augusta"\tid_token, userinfo\tSet by an operator$/m);
    expect(report).toMatch(/^ {2}department\t\t\tThe attribute department is not set/m);
    expect(await shell(server, 'claims', 'nothing', person.username)).toMatch(/there is no application/);
    expect(await shell(server, 'claims', 'notes', 'nobody')).toMatch(/there is no account/);
  });
});
