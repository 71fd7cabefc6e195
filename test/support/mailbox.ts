import { simpleParser, type ParsedMail } from 'mailparser';
import { SMTPServer, type SMTPServerSession } from 'smtp-server';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { projectRoot } from '../../src/config/root.js';

/** A letter as it came to the mail server. */
export interface ReceivedLetter {
  /** The envelope's only recipient. */
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** As they were sent, "Name: value", each on one line. */
  readonly headers: string[];
  readonly messageId: string;
  /** Every address in the text. */
  readonly links: string[];
  /** The first of them: what the letter is about. */
  readonly link: string;
  readonly overTls: boolean;
  readonly loggedInAs: string | undefined;
  readonly raw: string;
}

export interface MailboxOptions {
  readonly port?: number;
  /** TLS from the start, STARTTLS on offer, or (the usual) none. */
  readonly tls?: 'implicit' | 'starttls';
  /** Who may log in; nobody else may send. */
  readonly login?: { readonly user: string; readonly pass: string };
}

/** What is refused when: a server that does not know the recipient, does not take the letter, does not trust the sender. */
type Stage = 'sender' | 'recipient' | 'letter';

/** A real mail server in this process. It keeps what it takes. */
export class TestMailbox {
  readonly letters: ReceivedLetter[] = [];
  /** How often somebody tried to send something. */
  tries = 0;
  private readonly read = new Set<ReceivedLetter>();
  private refusal: { readonly code: number; readonly stage: Stage } | undefined;
  private held: (() => void)[] | undefined;

  private constructor(
    private readonly server: SMTPServer,
    private readonly options: MailboxOptions,
    /** Kept when it stops, so that one can be started there again. */
    public port = 0,
  ) {}

  static async start(options: MailboxOptions = {}): Promise<TestMailbox> {
    const { key, cert } = certificate();
    const server = new SMTPServer({
      key,
      cert,
      secure: options.tls === 'implicit',
      hideSTARTTLS: options.tls !== 'starttls',
      authOptional: !options.login,
      allowInsecureAuth: true,
      disabledCommands: [...(options.login ? [] : ['AUTH']), ...(options.tls ? [] : ['STARTTLS'])],
      disableReverseLookup: true,
      closeTimeout: 50,
      onAuth: ({ username, password }, _session, done) =>
        username === options.login?.user && password === options.login?.pass
          ? done(null, { user: username })
          : done(new Error('no such user or password')),
      onMailFrom: (_address, _session, done) => {
        mailbox.tries++;
        done(mailbox.refusedAt('sender'));
      },
      onRcptTo: ({ address }, _session, done) => done(mailbox.refusedAt('recipient', address)),
      onData: (stream, session, done) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          void mailbox.take(Buffer.concat(chunks), session).then(done);
        });
      },
    });
    const mailbox = new TestMailbox(server, options);
    // A client that gives up is not this server's trouble.
    server.on('error', () => undefined);
    await new Promise<void>((resolve) => void server.listen(options.port ?? 0, '127.0.0.1', resolve));
    mailbox.port = (server.server.address() as { port: number }).port;
    return mailbox;
  }

  /**
   * What an operator writes into SMTP_URL; without the login, which the test adds as it needs. No name: nodemailer times its
   * look-up by Date.now, and would give up when a test moves the clock meanwhile.
   */
  get url(): string {
    return `${this.options.tls === 'implicit' ? 'smtps' : 'smtp'}://127.0.0.1:${this.port}`;
  }

  /** The first letter (to this address) that no earlier call has returned; waits until it is there. */
  async next(to?: string, patience = 10_000): Promise<ReceivedLetter> {
    const letter = await this.waitFor(
      (each) => !this.read.has(each) && (to === undefined || each.to === to),
      patience,
    );
    this.read.add(letter);
    return letter;
  }

  async waitFor(
    predicate: (letter: ReceivedLetter) => boolean,
    milliseconds = 10_000,
  ): Promise<ReceivedLetter> {
    const started = performance.now();
    for (;;) {
      const letter = this.letters.find(predicate);
      if (letter) return letter;
      if (performance.now() - started > milliseconds) {
        const seen = this.letters.map(({ to, subject }) => `${to}: ${subject}`).join('\n');
        throw new Error(`the letter did not come; there are:\n${seen}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  /** From now on each letter is refused with this code (4xx: later, 5xx: never). */
  refuse(code: number, stage: Stage = 'recipient'): void {
    this.refusal = { code, stage };
  }

  accept(): void {
    this.refusal = undefined;
  }

  /** From now on a letter is received whole and not answered, until `release`: the sender does not know whether it arrived. */
  hold(): void {
    this.held = [];
  }

  release(): void {
    for (const go of this.held ?? []) go();
    this.held = undefined;
  }

  async stop(): Promise<void> {
    this.release();
    await new Promise<void>((resolve) => this.server.close(resolve));
  }

  private refusedAt(stage: Stage, address = ''): Error | null {
    if (this.refusal?.stage !== stage) return null;
    return Object.assign(new Error(`not today <${address}>`), { responseCode: this.refusal.code });
  }

  private async take(raw: Buffer, session: SMTPServerSession): Promise<Error | null> {
    const refused = this.refusedAt('letter');
    if (refused) return refused;
    if (this.held) await new Promise<void>((resolve) => this.held!.push(resolve));
    this.letters.push(received(await simpleParser(raw), raw.toString(), session));
    return null;
  }
}

function received(mail: ParsedMail, raw: string, session: SMTPServerSession): ReceivedLetter {
  const text = mail.text ?? '';
  const links = text.match(/https?:\/\/\S+/g) ?? [];
  return {
    to: session.envelope.rcptTo.map(({ address }) => address).join(),
    subject: mail.subject ?? '',
    text,
    html: mail.html || '',
    headers: mail.headerLines.map(({ line }) => line.replace(/\r?\n\s+/g, ' ')),
    messageId: mail.messageId ?? '',
    links,
    link: links[0] ?? '',
    overTls: session.secure,
    loggedInAs: session.user as string | undefined,
    raw,
  };
}

/** A key and a certificate for localhost that sign themselves, made for these tests alone. */
function certificate(): { key: string; cert: string } {
  const pem = readFileSync(join(projectRoot, 'test/support/mail-server.pem'), 'utf8');
  const [key, cert] = pem.split(/(?=-----BEGIN CERTIFICATE)/) as [string, string];
  return { key, cert };
}

/** Lets this process accept the test server's certificate, as an operator does with one of a house of their own. */
export function trustTestCertificate(): () => void {
  const usual = getCACertificates('default');
  setDefaultCACertificates([...usual, certificate().cert]);
  return () => setDefaultCACertificates(usual);
}
