import { describe, expect, it } from '@jest/globals';
import { parse } from 'node-html-parser';
import { readdirSync } from 'node:fs';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../config/root.js';
import { loadConfig } from '../config/load.js';
import { Cookies } from '../http/cookies.js';
import { Languages } from '../http/language.js';
import { Views } from '../http/views.js';
import { harmless } from './harmless.js';
import type { Addressed, Letter } from './letter.js';
import { LetterTemplates } from './letter-templates.js';
import * as letters from './letters.js';

const dataDir = mkdtempSync(join(tmpdir(), 'gatehouse-letters-'));
const config = loadConfig({ GATEHOUSE_DATA_DIR: dataDir, GATEHOUSE_URL: 'https://id.example.org/sso' });
rmSync(dataDir, { recursive: true });
const languages = new Languages(new Cookies(config));
const templates = new LetterTemplates(config, languages, new Views(config, languages));

const LINK = 'https://id.example.org/sso/link?token=AbC-_1';
const NOT_ME = 'https://id.example.org/sso/not-me';
const at = new Date('2026-03-29T12:05:00Z');
const happened = { at, browser: 'Firefox on Linux', address: '192.0.2.7' };
const told = { happened, notMe: NOT_ME };
const limited = { link: LINK, until: at };

/** Every letter there is, by its function's name, as whoever composes them would call it. */
const every: Record<keyof typeof letters, Letter[]> = {
  verifyEmail: [letters.verifyEmail(limited)],
  alreadyRegistered: [letters.alreadyRegistered({ signIn: LINK })],
  usernameTaken: [letters.usernameTaken({ wanted: 'ada', register: LINK })],
  confirmNewEmail: [letters.confirmNewEmail({ ...limited, email: 'new@example.org' })],
  emailTaken: [letters.emailTaken()],
  emailChangeRequested: [letters.emailChangeRequested({ ...told, newEmail: 'new@example.org' })],
  emailChanged: [letters.emailChanged({ ...limited, happened, oldEmail: 'o@e.org', newEmail: 'n@e.org' })],
  emailChangeUndone: [letters.emailChangeUndone({ ...told, email: 'o@e.org' })],
  emailTakenBack: [letters.emailTakenBack()],
  passwordBlocked: [letters.passwordBlocked(limited)],
  resetPassword: [letters.resetPassword({ ...limited, happened })],
  passwordChanged: [letters.passwordChanged(told)],
  passwordRemoved: [letters.passwordRemoved(told)],
  totpAdded: [letters.totpAdded({ ...told, name: 'Phone' })],
  totpRemoved: [letters.totpRemoved({ ...told, name: 'Phone' })],
  passkeyAdded: [letters.passkeyAdded({ ...told, name: 'Laptop' })],
  passkeyRemoved: [letters.passkeyRemoved({ ...told, name: 'Laptop' })],
  passkeySuspect: [letters.passkeySuspect({ ...told, name: 'Laptop' })],
  secondFactorOff: [letters.secondFactorOff(told)],
  backupCodesMade: [letters.backupCodesMade(told)],
  backupCodeUsed: [9, 3, 0].map((left) => letters.backupCodeUsed({ ...told, left, newCodes: LINK })),
  newBrowser: [letters.newBrowser({ ...told, client: 'Notes' })],
  approvalRequested: [letters.approvalRequested({ client: 'Notes', approvals: LINK })],
  recoveryRequested: [at, null].map((effectiveAt) =>
    letters.recoveryRequested({ cancel: LINK, effectiveAt, happened }),
  ),
  recoveryCancelled: [letters.recoveryCancelled(told)],
  recoveryUsed: [letters.recoveryUsed(told)],
  deletionDecided: [letters.deletionDecided({ dueAt: at })],
  invitation: [letters.invitation({ link: LINK, until: at })],
  deletionRequested: [letters.deletionRequested({ dueAt: at, keep: LINK, happened })],
  deletionCancelled: [letters.deletionCancelled(told)],
  mailTest: [letters.mailTest()],
  accountDeleted: [letters.accountDeleted()],
};

const write = (letter: Letter, changed: Partial<Addressed> = {}) =>
  templates.write({
    to: 'ada@example.org',
    username: 'ada',
    locale: 'en',
    timeZone: null,
    letter,
    ...changed,
  });

const codes = readdirSync(join(projectRoot, 'views/messages')).map((name) => name.replace('.json', ''));
const cases = Object.values(every)
  .flat()
  .flatMap((letter) => codes.map((locale) => [letter.name, locale, letter] as const));

describe('a letter', () => {
  it.each(cases)('%s is written in %s, as text and as HTML', (_name, locale, letter) => {
    const { to, subject, text, html } = write(letter, { locale });
    expect(to).toBe('ada@example.org');
    expect(subject).not.toMatch(/[\r\n{}]/);
    // Nothing is left to fill in, and nothing was filled in with nothing.
    expect(text).not.toMatch(/[{}]|undefined|null|\[object|Invalid|“”|„“|,\s*,|\n{3}/);
    expect(text).not.toMatch(/&\w+;|<\w/);
    expect(html).not.toMatch(/\{|undefined|\[object/);
    expect(text).toContain(locale === 'de' ? 'Guten Tag ada' : 'Hello ada');
    for (const link of [letter.action, letter.notMe].filter((each) => each !== undefined)) {
      expect(text).toContain(`\n${link}\n`);
      const links = parse(html).querySelectorAll('a');
      expect(links.map((each) => each.getAttribute('href'))).toContain(link);
    }
    for (const { at: _at, ...value } of letter.happened ? [letter.happened] : [])
      for (const part of Object.values(value)) expect(text).toContain(part);
    const found = parse(html);
    expect(found.querySelector('html')!.getAttribute('lang')).toBe(locale);
    expect(found.querySelectorAll('h1').length).toBe(1);
    // No remote image, no script, no style sheet: nothing tells anyone that the letter was read.
    expect(html).not.toMatch(/<(img|script|style|link|iframe|table)|url\(|@import|src=/i);
  });

  it('says each thing in words of its own', () => {
    for (const locale of codes) {
      const all = Object.values(every).flat();
      const texts = all.map((letter) => `${letter.name}: ${write(letter, { locale }).text}`);
      expect(new Set(texts.map((text) => text.replace(/^[^:]*: /, ''))).size).toBe(texts.length);
    }
  });

  it('is in the language nearest to the one that was chosen, or in English', () => {
    const subjectIn = (locale: string | null | undefined) =>
      write(letters.passwordChanged(told), { locale }).subject;
    expect(subjectIn('de-AT')).toBe('Ihr Passwort wurde geändert');
    for (const locale of ['tlh', '', null, undefined, '../../secret'])
      expect(subjectIn(locale)).toBe('Your password was changed');
  });

  it('says its times on the clock of the reader, and which one that is', () => {
    const textIn = (timeZone: string | null | undefined, locale = 'en') =>
      write(letters.passwordChanged(told), { timeZone, locale }).text.replace(/\u202f/g, ' ');
    expect(textIn('Europe/Berlin')).toContain('March 29, 2026 at 2:05 PM GMT+2');
    expect(textIn('Europe/Berlin', 'de')).toContain('29. März 2026 um 14:05 MESZ');
    for (const zone of [null, undefined, '', 'Mars/Phobos'])
      expect(textIn(zone)).toContain('March 29, 2026 at 12:05 PM UTC');
  });

  it('leaves out what nobody knows', () => {
    const { text, html } = write(
      letters.passwordChanged({ notMe: NOT_ME, happened: { at, browser: '', address: '' } }),
    );
    expect(text).toContain('When: March');
    expect(text + html).not.toMatch(/Browser:|Network address/);
    expect(write(letters.passwordChanged({ notMe: NOT_ME, happened: undefined })).text).not.toContain('When');
    expect(write(letters.accountDeleted(), { username: '' }).text).toMatch(/^Hello,\n/);
  });
});

describe('what somebody else typed into a letter', () => {
  const evil = 'x\r\nBcc: eve@example.org\r\n\r\n<a href="https://evil.example/prize">\u202eClick</a> {link}';

  it('begins no header, no paragraph and no HTML', () => {
    const letter = letters.passkeyAdded({
      notMe: NOT_ME,
      name: evil,
      happened: { at, browser: evil, address: evil },
    });
    const { subject, text, html } = write(letter, { username: evil });
    expect(subject).toBe('A passkey was added');
    expect(text).not.toMatch(/^Bcc:|\u202e|\r/m);
    expect(text.split('\n').filter((line) => line.includes('evil')).length).toBe(4);
    const links = parse(html)
      .querySelectorAll('a')
      .map((each) => each.getAttribute('href'));
    expect(new Set(links)).toEqual(new Set([NOT_ME, config.issuer]));
  });

  it('is nothing that a mail program would make a link of', () => {
    const { text, html } = write(letters.usernameTaken({ wanted: 'prize.evil.example', register: LINK }), {
      username: 'www.evil.example',
    });
    expect(text + html).not.toMatch(/evil\.example/);
    // Who reads it sees no difference.
    expect(text.replaceAll('\u2060', '')).toContain('prize.evil.example');
  });

  it.each([
    ['https://evil.example/a', /:\/\/|\.e/],
    ['evil.example/a', /\.e|\/a/],
    ['<b>@evil.example', /\.e/],
  ])('%s is taken apart', (typed, link) => {
    expect(harmless(typed)).not.toMatch(link);
  });

  it.each([
    'ada',
    'Firefox 131.0 on Windows 10',
    '192.0.2.7',
    '2001:db8::1',
    'ada.b@mail.example.org',
    'Ada’s phone',
    '私の鍵',
  ])('%s stays as it is', (typed) => {
    expect(harmless(typed)).toBe(typed);
  });

  it('is not longer than a line or two', () => {
    expect(harmless('🔑'.repeat(5000))).toBe(`${'🔑'.repeat(100)}…`);
  });
});
