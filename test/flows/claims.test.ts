import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Application } from '../support/application.js';
import { Browser } from '../support/browser.js';
import { CLIENTS_WITH_CLAIMS, learned, shell } from '../support/claims.js';
import { somebody } from '../support/enrolled.js';
import type { Person } from '../support/people.js';
import { TestServer } from '../support/server.js';

const EVERYTHING = 'openid profile email address phone groups team';

describe('what applications get to know of a person', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start({ clients: CLIENTS_WITH_CLAIMS });
  });
  afterAll(() => server.stop());

  async function signedIn(): Promise<{ browser: Browser; person: Person }> {
    const person = somebody();
    await server.addPerson(person);
    const browser = new Browser(server);
    await browser.signIn(person);
    return { browser, person };
  }

  async function ask(browser: Browser, clientId: 'notes' | 'calendar', scope: string): Promise<Application> {
    const application = new Application(server, clientId);
    await browser.open(application.authorizationUrl({ scope }));
    return application;
  }

  it('is what they filled in themselves, an address whole and in parts, a number that nobody verified', async () => {
    const { browser } = await signedIn();
    await browser.open('/dashboard/profile');
    expect(browser.page.html.getElementById('to-details')!.getAttribute('href')).toBe('/dashboard/details');
    await browser.open('/dashboard/details');
    await browser.press('submit', {
      givenName: 'Ada',
      familyName: 'Lovelace',
      birthdate: '1815-12-10',
      website: 'https://ada.example/',
      phoneNumber: '+44 (20) 7946-0018',
      street: '12 St James’s Square',
      postalCode: 'SW1Y 4JH',
      locality: 'London',
    });
    expect(browser.page.path).toBe('/dashboard/details?done=details-changed');
    expect(browser.page.html.getElementById('phoneNumber')!.getAttribute('value')).toBe('+442079460018');

    const { idToken, userinfo } = await learned(await ask(browser, 'notes', EVERYTHING), browser);
    const expected = {
      given_name: 'Ada',
      family_name: 'Lovelace',
      birthdate: '1815-12-10',
      website: 'https://ada.example/',
      phone_number: '+442079460018',
      phone_number_verified: false,
      address: {
        formatted: '12 St James’s Square\nSW1Y 4JH London',
        street_address: '12 St James’s Square',
        postal_code: 'SW1Y 4JH',
        locality: 'London',
      },
    };
    expect(idToken).toMatchObject(expected);
    expect(userinfo).toMatchObject(expected);
    expect(userinfo).not.toHaveProperty('nickname');

    // Each scope by itself, and what was emptied is nothing.
    await browser.open('/dashboard/details');
    await browser.press('submit', { givenName: '', phoneNumber: '' });
    const less = await learned(await ask(browser, 'notes', 'openid phone address'), browser);
    expect(less.userinfo).toMatchObject({ address: expected.address });
    expect(less.userinfo).not.toHaveProperty('phone_number');
    expect(less.userinfo).not.toHaveProperty('family_name');
  });

  it('cannot be nonsense: the form comes back with what was typed', async () => {
    const { browser } = await signedIn();
    await browser.open('/dashboard/details');
    await browser.press('submit', {
      phoneNumber: '020 7946 0018',
      birthdate: '1815-02-30',
      website: 'javascript:alert(1)',
      nickname: 'Ada\u202e',
    });
    expect(browser.page.status).toBe(422);
    for (const field of ['phoneNumber', 'birthdate', 'website', 'nickname'])
      expect(browser.page.html.getElementById(`${field}-error`)).not.toBeNull();
    expect(browser.page.html.getElementById('birthdate')!.getAttribute('value')).toBe('1815-02-30');
  });

  it('is what operators say before what they say themselves, and the person sees where', async () => {
    const { browser, person } = await signedIn();
    const who = person.username;
    await browser.open('/dashboard/details');
    await browser.press('submit', { givenName: 'Countess', phoneNumber: '+442079460018' });
    await shell(server, 'set-attribute', who, 'given_name', 'Augusta');
    await shell(server, 'set-attribute', who, 'phone_number_verified', 'true');
    let { userinfo } = await learned(await ask(browser, 'notes', EVERYTHING), browser);
    // What an operator verified is a number that an operator knows, not whatever is written down later.
    expect(userinfo).toMatchObject({ given_name: 'Augusta', phone_number_verified: false });

    await shell(server, 'set-attribute', who, 'phone_number', '+442079460099');
    ({ userinfo } = await learned(await ask(browser, 'notes', EVERYTHING), browser));
    expect(userinfo).toMatchObject({ phone_number: '+442079460099', phone_number_verified: true });
    await browser.open('/dashboard/details');
    expect(browser.page.html.getElementById('givenName-fixed')).not.toBeNull();
    expect(browser.page.html.getElementById('nickname-fixed')).toBeNull();

    await shell(server, 'unset-attribute', who, 'given_name');
    ({ userinfo } = await learned(await ask(browser, 'notes', EVERYTHING), browser));
    expect(userinfo).toMatchObject({ given_name: 'Countess' });
  });

  it('is their groups, and what the clients file makes of groups and attributes', async () => {
    const { browser, person } = await signedIn();
    const who = person.username;
    let got = await learned(await ask(browser, 'notes', EVERYTHING), browser);
    expect(got.userinfo).toMatchObject({ groups: [], tenant: { id: 7 } });
    expect(got.userinfo).not.toHaveProperty('roles');
    expect(got.userinfo).not.toHaveProperty('department');

    expect(await shell(server, 'group-create', 'chess')).toBe('chess is made');
    for (const group of ['staff', 'admins', 'chess']) await shell(server, 'group-add', who, group);
    await shell(server, 'operator-add', who);
    await shell(server, 'set-attribute', who, 'department', '{"name": "Engines", "floor": 2}');
    got = await learned(await ask(browser, 'notes', EVERYTHING), browser);
    const expected = {
      // The built-in group is nobody's business.
      groups: ['admins', 'chess', 'staff'],
      roles: ['administrator', 'employee'],
      department: { name: 'Engines', floor: 2 },
    };
    expect(got.idToken).toMatchObject(expected);
    expect(got.userinfo).toMatchObject({ ...expected, tenant: { id: 7 } });
    expect(got.idToken).not.toHaveProperty('tenant');

    const plain = await learned(await ask(browser, 'notes', 'openid'), browser);
    for (const name of ['groups', 'roles', 'department']) {
      expect(plain.idToken).not.toHaveProperty(name);
      expect(plain.userinfo).not.toHaveProperty(name);
    }
    await shell(server, 'group-delete', 'chess');
    expect(await shell(server, 'group-delete', 'staff')).toContain('the clients file declares staff');
    got = await learned(await ask(browser, 'notes', EVERYTHING), browser);
    expect(got.userinfo).toMatchObject({ groups: ['admins', 'staff'] });
  });

  it('is shown to them in words before a third party gets it, claim by claim', async () => {
    const { browser, person } = await signedIn();
    await shell(server, 'set-attribute', person.username, 'department', 'Engines');
    const calendar = await ask(browser, 'calendar', 'openid address phone groups team');
    expect(browser.page.path).toMatch(/\/consent$/);
    for (const words of [
      'your address',
      'your telephone number',
      'your groups',
      'Your department',
      '“roles”',
      '“tenant”',
    ])
      expect(browser.page.text).toContain(words);
    await browser.press('submit');
    const { userinfo } = await learned(calendar, browser);
    expect(userinfo).toMatchObject({ department: 'Engines', tenant: { id: 7 }, groups: [] });

    await browser.open('/dashboard/applications');
    expect(browser.page.text).toContain('Your department');
    expect(browser.page.text).toContain('your telephone number');
  });

  it('is advertised', async () => {
    const discovery = (await (
      await fetch(`${server.url}/.well-known/openid-configuration`)
    ).json()) as Record<string, string[]>;
    expect(discovery['scopes_supported']).toEqual(
      expect.arrayContaining(['groups', 'address', 'phone', 'team']),
    );
    expect(discovery['claims_supported']).toEqual(
      expect.arrayContaining(['groups', 'address', 'phone_number_verified', 'given_name']),
    );
    expect(discovery['subject_types_supported']).toEqual(['public', 'pairwise']);
  });
});
