import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Authenticators } from '../../src/mfa/authenticators.service.js';
import { Objections } from '../../src/mfa/objections.service.js';
import { Recovery } from '../../src/mfa/recovery.service.js';
import { SecondFactors } from '../../src/mfa/second-factors.service.js';
import { AccountDeletion } from '../../src/users/account-deletion.service.js';
import type { Account } from '../../src/users/account.entity.js';
import { Accounts } from '../../src/users/accounts.service.js';
import { EmailChange } from '../../src/users/email-change.service.js';
import { OneTimeLinks } from '../../src/users/one-time-links.js';
import { PasswordHashes } from '../../src/users/password-hash.js';
import { Passwords } from '../../src/users/passwords.service.js';
import { Browser } from '../support/browser.js';
import { addEnrolled, somebody } from '../support/enrolled.js';
import { TestMailbox } from '../support/mailbox.js';
import { addPasskey } from '../support/passkeys.js';
import type { Person } from '../support/people.js';
import { TestServer } from '../support/server.js';
import { SoftwareAuthenticator } from '../support/software-authenticator.js';

const MINUTE = 60_000;

describe('what a thief has prepared in an account that its owner takes back', () => {
  let mailbox: TestMailbox;
  let server: TestServer;
  let owner: Person;
  let accountId: string;
  beforeAll(async () => {
    mailbox = await TestMailbox.start();
    server = await TestServer.start({ env: { SMTP_URL: mailbox.url } });
  });
  afterAll(async () => {
    await server.stop();
    await mailbox.stop();
  });
  beforeEach(() => {
    owner = somebody();
  });

  const account = async (): Promise<Account> => (await server.app.get(Accounts).find(accountId))!;
  const tokenOf = (link: string) => new URL(link).searchParams.get('token')!;
  const linkTo = async (to: string, page: string) => {
    const { links } = await mailbox.waitFor(
      (letter) => letter.to === to && letter.links.some((link) => link.includes(`/${page}?`)),
    );
    return links.find((link) => link.includes(`/${page}?`))!;
  };
  const notMe = async (detail: Record<string, unknown>) =>
    tokenOf(
      (
        await server.app.get(OneTimeLinks).make('not-me', accountId, owner.email, {
          since: server.clock.now().getTime(),
          ...detail,
        })
      ).url,
    );

  it('a change of address that is under way does not outlive "this wasn’t me", nor a new password', async () => {
    for (const takeBack of [
      async () => void (await server.app.get(Objections).object(await notMe({}))),
      async () => void (await server.app.get(Passwords).change(await account(), 'five patient herons wade')),
    ]) {
      owner = somebody();
      accountId = (await server.addPerson(owner)).id;
      const evil = `evil-${owner.email}`;
      await server.app.get(EmailChange).request(await account(), evil);
      const confirm = await linkTo(evil, 'confirm-email');
      await takeBack();
      expect((await new Browser(server).open(confirm)).status).toBe(410);
      expect((await server.app.get(EmailChange).confirm(tokenOf(confirm))).kind).toBe('gone');
      expect((await account()).email).toBe(owner.email);
    }
  });

  it('a passkey that was added since does not stay, whichever letter is objected to', async () => {
    accountId = (await addEnrolled(server, owner)).id;
    server.clock.advance(MINUTE);
    const token = await notMe({});
    server.clock.advance(MINUTE);
    await addPasskey(server, await account(), new SoftwareAuthenticator(server.url));
    expect(await server.app.get(Objections).object(token)).toMatchObject({ kind: 'secured' });
    const { authenticators, passkeys } = await server.app.get(SecondFactors).enrolled(accountId);
    expect([authenticators.length, passkeys.length]).toEqual([1, 0]);
  });

  it('nor does it when the owner takes the address back', async () => {
    accountId = (await addEnrolled(server, owner)).id;
    const evil = `evil-${owner.email}`;
    await server.app.get(EmailChange).request(await account(), evil);
    await server.app.get(EmailChange).confirm(tokenOf(await linkTo(evil, 'confirm-email')));
    server.clock.advance(MINUTE);
    await addPasskey(server, await account(), new SoftwareAuthenticator(server.url));
    const undone = await server.app
      .get(EmailChange)
      .undo(tokenOf(await linkTo(owner.email, 'undo-email-change')));
    expect(undone.kind).toBe('changed');
    const { authenticators, passkeys } = await server.app.get(SecondFactors).enrolled(accountId);
    expect([authenticators.length, passkeys.length]).toEqual([1, 0]);
    expect((await account()).email).toBe(owner.email);
  });

  it('an account whose only factor is objected to is closed as it is: opened again, the password alone does not open it', async () => {
    accountId = (await server.addPerson(owner)).id;
    const before = await account();
    const secret = server.app.get(Authenticators).offer(before, 'thief').secret;
    const { Authenticator } = await import('../support/authenticator.js');
    const code = new Authenticator(secret).code(server.clock.now());
    await server.app.get(SecondFactors).enrol(before, 'thief', { code });
    const { authenticators } = await server.app.get(SecondFactors).enrolled(accountId);
    const token = await notMe({ factor: 'totp', id: authenticators[0]!.id });
    expect(await server.app.get(Objections).object(token)).toMatchObject({ kind: 'closed' });

    await server.app.get(Accounts).enable(accountId);
    const thief = new Browser(server);
    await thief.open('/dashboard');
    await thief.enterPassword(owner);
    expect(thief.page.status).toBe(422);
    expect(await server.app.get(SecondFactors).has(accountId)).toBe(true);
  });

  it('backup codes that were made anew are worthless', async () => {
    accountId = (await addEnrolled(server, owner)).id;
    server.clock.advance(MINUTE);
    const token = await notMe({});
    await server.app.get(SecondFactors).remakeBackupCodes(await account());
    await server.app.get(Objections).object(token);
    expect((await server.app.get(SecondFactors).enrolled(accountId)).backupCodes.left).toBe(0);
  });

  it('the wish to have it deleted is no more, nor is a recovery, whichever way the owner goes', async () => {
    const deletion = server.app.get(AccountDeletion);
    const recovery = server.app.get(Recovery);
    const evil = () => `evil-${owner.email}`;
    const move = async () => {
      await server.app.get(EmailChange).request(await account(), evil());
      await server.app.get(EmailChange).confirm(tokenOf(await linkTo(evil(), 'confirm-email')));
    };
    const undo = async () =>
      void (await server.app.get(EmailChange).undo(tokenOf(await linkTo(owner.email, 'undo-email-change'))));
    const ask = async () => {
      expect(await deletion.request(accountId)).toBeInstanceOf(Date);
      expect(await recovery.request(await account())).toBe('asked');
    };
    for (const takenBack of [
      async () => (await ask(), void (await server.app.get(Objections).object(await notMe({})))),
      async () => (await move(), await ask(), await undo()),
      // Wanted before the address was changed: the thief thinks of everything.
      async () => (await ask(), await move(), await undo()),
    ]) {
      owner = somebody();
      accountId = (await addEnrolled(server, owner)).id;
      server.clock.advance(MINUTE);
      await takenBack();
      expect((await account()).deletionDueAt).toBeNull();
      expect(await recovery.open(accountId)).toBeUndefined();
      await mailbox.waitFor(({ to, subject }) => to === owner.email && subject === 'Your account stays');
    }
  });

  it('a change of the password that is being hashed meanwhile does not win', async () => {
    accountId = (await server.addPerson(owner)).id;
    const read = await account();
    const hashes = server.app.get(PasswordHashes);
    jest.spyOn(hashes, 'make').mockImplementationOnce(async (password) => {
      const hash = await hashes.make(password);
      expect(await server.app.get(Objections).object(await notMe({}))).toBeDefined();
      return hash;
    });
    expect(await server.app.get(Passwords).change(read, 'the thief was here now')).toBe(false);
    expect((await account()).passwordHash).toBeNull();
  });

  it('"this wasn’t me" from an address that is not the account’s any more changes nothing', async () => {
    accountId = (await server.addPerson(owner)).id;
    const token = await notMe({});
    const evil = `evil-${owner.email}`;
    await server.app.get(EmailChange).request(await account(), evil);
    await server.app.get(EmailChange).confirm(tokenOf(await linkTo(evil, 'confirm-email')));
    expect((await new Browser(server).open(`/not-me?token=${token}`)).status).toBe(410);
    expect(await server.app.get(Objections).object(token)).toBeUndefined();
  });

  it('an address that nobody confirmed is not filled from inside the account', async () => {
    accountId = (await server.addPerson(owner)).id;
    const sent = () => mailbox.letters.filter(({ to }) => to === owner.email).length;
    for (let n = 0; n < 8; n++)
      await server.app.get(EmailChange).request(await account(), `other${n}@example.net`);
    for (let n = 0; n < 20; n++)
      await server.app.get(Passwords).change(await account(), `five patient herons ${n}`);
    await mailbox.waitFor(({ to }) => to === owner.email);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(sent()).toBeLessThanOrEqual(12);
    expect(mailbox.letters.filter(({ to }) => /^other\d@example\.net$/.test(to)).length).toBeLessThanOrEqual(
      3,
    );
  });
});
