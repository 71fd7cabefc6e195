import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TestMailbox, trustTestCertificate, type MailboxOptions } from '../../test/support/mailbox.js';
import { loadConfig } from '../config/load.js';
import { NotSent, smtpOptions, SmtpTransport, type Message } from './transport.js';

const dataDir = mkdtempSync(join(tmpdir(), 'gatehouse-mail-'));
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

const transport = (url: string, env: Record<string, string> = {}) =>
  new SmtpTransport(
    loadConfig({
      GATEHOUSE_DATA_DIR: dataDir,
      GATEHOUSE_URL: 'https://id.example.org',
      SMTP_URL: url,
      ...env,
    }),
  );

const message: Message = {
  id: 'row-1',
  date: new Date('2026-03-01T12:00:00Z'),
  to: 'ada@example.org',
  subject: 'Größe',
  text: 'Choose: https://id.example.org/x?token=secret\n',
  html: '<p>Choose</p>',
};
const login = { user: 'gate house', pass: 'pa:ss@w%rd/?' };
const withLogin = (url: string, { user, pass } = login) =>
  url.replace('://', `://${encodeURIComponent(user)}:${encodeURIComponent(pass)}@`);

let mailbox: TestMailbox | undefined;
const open = async (options?: MailboxOptions) => (mailbox = await TestMailbox.start(options));
afterEach(async () => {
  await mailbox?.stop();
  mailbox = undefined;
});

const verdict = async (sending: Promise<void>) => {
  const error: unknown = await sending.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!error) return 'sent';
  expect(error).toBeInstanceOf(NotSent);
  expect((error as Error).message).not.toContain(login.pass);
  expect((error as Error).message).not.toContain('secret');
  expect((error as Error).message).not.toContain(message.to);
  return (error as NotSent).verdict;
};

describe('a letter', () => {
  it('arrives whole, and says that no person wrote it', async () => {
    const { url } = await open();
    await transport(url, { GATEHOUSE_NAME: 'Müller & Co' }).send(message);
    const letter = await mailbox!.next('ada@example.org');
    expect(letter).toMatchObject({ subject: 'Größe', messageId: '<row-1@id.example.org>', overTls: false });
    expect(letter.link).toBe('https://id.example.org/x?token=secret');
    expect(letter.html).toContain('<p>Choose</p>');
    expect(letter.headers).toContain('Auto-Submitted: auto-generated');
    expect(letter.headers).toContain('Date: Sun, 01 Mar 2026 12:00:00 +0000');
    expect(letter.headers.find((line) => line.startsWith('From:'))).toMatch(/<gatehouse@id\.example\.org>$/);
  });

  it('has the sender that the operator wants', async () => {
    const { url } = await open();
    await transport(url, { GATEHOUSE_MAIL_FROM: 'Example ID <id@example.org>' }).send(message);
    expect((await mailbox!.next()).headers).toContain('From: Example ID <id@example.org>');
  });

  it('goes to nobody else, and gets no header, however its recipient is written', async () => {
    const { url } = await open();
    for (const to of [
      'ada@example.org, eve@example.org',
      'ada@example.org\r\nBcc: eve@example.org',
      'Ada <ada@example.org>, Eve <eve@example.org>',
    ])
      expect(await verdict(transport(url).send({ ...message, to }))).toBe('refused');
    await transport(url).send({ ...message, subject: 'hello\r\nBcc: eve@example.org\r\n\r\nbody' });
    expect(mailbox!.letters.map(({ to }) => to)).toEqual(['ada@example.org']);
    expect(mailbox!.letters[0]!.headers.filter((line) => /^bcc:/i.test(line))).toEqual([]);
  });
});

describe('TLS', () => {
  it.each([
    ['smtps://mail.example', { secure: true, port: 465 }],
    ['smtps://mail.example:1465', { secure: true, port: 1465 }],
    ['smtp://mail.example', { secure: false, port: 587, requireTLS: false, ignoreTLS: false }],
    ['smtp://a:b@mail.example', { requireTLS: true }],
    ['smtp://a:b@mail.example?tls=off', { requireTLS: false, ignoreTLS: true }],
    ['smtp://mail.example?tls=required', { requireTLS: true, ignoreTLS: false }],
    ['smtp://a:b@localhost', { requireTLS: false }],
    ['smtp://a:b@LOCALHOST', { requireTLS: false }],
    ['smtp://a:b@[::1]:25', { requireTLS: false, host: '::1' }],
    ['smtp://a:b@127.0.0.1?tls=required', { requireTLS: true }],
    ['smtp://a:b@localhost.example', { requireTLS: true }],
    ['smtp://a:b%@mail.example', { auth: { user: 'a', pass: 'b%' } }],
  ])('is as %s says', (url, expected) => {
    expect(smtpOptions(new URL(url), 'id.example.org')).toMatchObject(expected);
  });

  it('is checked wherever it is required, or from the start', () => {
    const isChecked = (url: string) => smtpOptions(new URL(url), 'x').tls!.rejectUnauthorized;
    expect(['smtps://a', 'smtp://a:b@c', 'smtp://a?tls=required'].map(isChecked)).toEqual([true, true, true]);
  });

  it('is used where the server offers it, whatever its certificate', async () => {
    const { url } = await open({ tls: 'starttls' });
    await transport(url).send(message);
    expect((await mailbox!.next()).overTls).toBe(true);
  });

  it('is not asked for with ?tls=off', async () => {
    const { url } = await open({ tls: 'starttls' });
    await transport(`${url}?tls=off`).send(message);
    expect((await mailbox!.next()).overTls).toBe(false);
  });

  it('that a stranger answers is not trusted with a password', async () => {
    const { url } = await open({ tls: 'starttls', login });
    expect(await verdict(transport(`${withLogin(url)}?tls=required`).send(message))).toBe('away');
    expect(await verdict(transport(withLogin(url.replace('smtp:', 'smtps:'))).send(message))).toBe('away');
    expect(mailbox!.tries).toBe(0);
  });

  it('that somebody on the way strips off is missed: neither the password nor the letter goes out in clear', async () => {
    const heard: string[] = [];
    const stripper = createServer((socket) => {
      socket.write('220 mail.example ESMTP\r\n');
      socket.on('data', (chunk) => {
        heard.push(chunk.toString());
        socket.write(
          chunk.toString().startsWith('EHLO')
            ? '250-mail.example\r\n250 AUTH PLAIN LOGIN\r\n'
            : '500 unknown command\r\n',
        );
      });
      socket.on('error', () => undefined);
    });
    await new Promise<void>((resolve) => void stripper.listen(0, '127.0.0.1', resolve));
    const { port } = stripper.address() as { port: number };
    const url = `${withLogin(`smtp://localhost:${port}`)}?tls=required`;
    expect(await verdict(transport(url).send(message))).toBe('away');
    expect(heard.join('')).not.toMatch(/AUTH|MAIL FROM/);
    stripper.close();
  });

  describe('with a certificate that the machine trusts', () => {
    let forget = () => {};
    beforeAll(() => {
      forget = trustTestCertificate();
    });
    afterAll(() => forget());

    it.each(['implicit', 'starttls'] as const)('carries the password (%s)', async (tls) => {
      const { url } = await open({ tls, login });
      await transport(`${withLogin(url)}?tls=required`).send(message);
      expect(await mailbox!.next()).toMatchObject({ overTls: true, loggedInAs: login.user });
      await transport(withLogin(url)).verify();
      expect(mailbox!.letters.length).toBe(1);
    });
  });
});

describe('what the mail server refuses', () => {
  it.each([
    [550, 'recipient', 'refused'],
    [552, 'letter', 'refused'],
    [450, 'recipient', 'deferred'],
    [451, 'letter', 'deferred'],
    // These are about the server or its settings; the letter is as good as before.
    [421, 'recipient', 'away'],
    [530, 'recipient', 'away'],
    [503, 'recipient', 'deferred'],
    [550, 'sender', 'away'],
    [451, 'sender', 'away'],
  ] as const)('with %i at the %s is %s', async (code, stage, expected) => {
    const { url } = await open();
    mailbox!.refuse(code, stage);
    expect(await verdict(transport(url).send(message))).toBe(expected);
    expect(mailbox!.letters).toEqual([]);
  });

  it('is away with a wrong password, and where nobody listens', async () => {
    const { url } = await open({ login });
    const wrong = transport(withLogin(url, { ...login, pass: 'wrong' }));
    expect(await verdict(wrong.send(message))).toBe('away');
    expect(await verdict(wrong.verify())).toBe('away');
    await mailbox!.stop();
    expect(await verdict(transport(url).send(message))).toBe('away');
    mailbox = undefined;
  });

  it('is not waited for longer than the caller wants', async () => {
    const { url } = await open();
    mailbox!.hold();
    expect(await verdict(transport(url).send(message, AbortSignal.timeout(100)))).toBe('away');
  });
});
