import type { NodemailerError, SMTPTransportOptions, Transporter } from 'nodemailer';
import { traced } from '../kernel/tracing.js';
import type { Config } from '../config/config.js';
import { isLoopback } from '../config/parsers.js';
import { SECOND } from '../kernel/clock.js';

/** A letter as it goes out. */
export interface Message {
  /** The same at every try: makes the Message-ID, by which a mailbox knows a letter that comes twice. */
  readonly id: string;
  readonly date: Date;
  /** One bare address. */
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/**
 * Why a letter did not go out:
 * `refused` for good (this recipient, this letter), `deferred` by the server to another time,
 * or `away`: the server could not be used at all, so that another letter would fare no better.
 */
export class NotSent extends Error {
  constructor(
    readonly verdict: 'refused' | 'deferred' | 'away',
    reason: string,
    cause?: unknown,
  ) {
    super(reason, { cause });
  }
}

export abstract class MailTransport {
  /**
   * Returns when the mail server has taken the letter over.
   * @param signal gives up waiting
   * @throws NotSent
   */
  abstract send(message: Message, signal?: AbortSignal): Promise<void>;
  /** Connects and logs in, and sends nothing. @throws NotSent */
  abstract verify(): Promise<void>;
  abstract close(): void;
}

/** Where no mail server is configured; the outbox stays empty there, so nothing comes this way. */
export class NoTransport extends MailTransport {
  send(): Promise<void> {
    return this.verify();
  }

  verify(): Promise<void> {
    return Promise.reject(new NotSent('away', 'SMTP_URL is not set'));
  }

  close(): void {}
}

/** One connection for each letter: there are few of them, and a connection kept open may have died unnoticed. */
export class SmtpTransport extends MailTransport {
  private transporter: Transporter | undefined;
  private readonly options: SMTPTransportOptions;
  private readonly host: string;

  constructor(private readonly config: Config) {
    super();
    const { smtp, origin } = config;
    if (!smtp) throw new Error('SMTP_URL is not set');
    this.host = new URL(origin).hostname;
    this.options = smtpOptions(smtp, this.host);
  }

  async send({ id, date, to, subject, text, html }: Message, signal?: AbortSignal): Promise<void> {
    const transporter = await this.mailer();
    try {
      const letter = {
        messageId: `<${id}@${this.host}>`,
        date,
        from: senderOf(this.config),
        // An object: as a string it would be read as a list of addresses, and a comma in it would begin a second recipient.
        to: { name: '', address: to },
        subject,
        text,
        html,
        // No out-of-office reply should answer (RFC 3834).
        headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
        xMailer: false as const,
        signal,
      };
      await traced({ name: 'mail', kind: 'client' }, () => transporter.sendMail(letter));
    } catch (error) {
      throw notSent(error as NodemailerError, to);
    }
  }

  async verify(): Promise<void> {
    const transporter = await this.mailer();
    try {
      await transporter.verify();
    } catch (error) {
      throw notSent(error as NodemailerError);
    }
  }

  close(): void {
    this.transporter?.close();
  }

  private async mailer(): Promise<Transporter> {
    const { createTransport } = await import('nodemailer');
    return (this.transporter ??= createTransport(this.options));
  }
}

/**
 * What SMTP_URL means (RFC 8314, RFC 3207): smtps is TLS from the start. smtp is STARTTLS: always where a password has to be
 * protected on its way to another machine, or with ?tls=required; where the server offers it otherwise; never with ?tls=off.
 */
export function smtpOptions(url: URL, ownHost: string): SMTPTransportOptions {
  const tls = url.searchParams.get('tls');
  const secure = url.protocol === 'smtps:';
  const host = url.hostname.toLowerCase();
  const secret = url.username !== '';
  const requireTLS = !secure && (tls === 'required' || (secret && tls !== 'off' && !isLoopback(host)));
  return {
    host: host.replace(/^\[|\]$/g, ''),
    port: url.port ? Number(url.port) : secure ? 465 : 587,
    secure,
    requireTLS,
    ignoreTLS: tls === 'off',
    // Where no TLS would do as well, an unknown certificate does too: better than to be read on the way (RFC 7435).
    tls: { rejectUnauthorized: secure || requireTLS },
    ...(secret ? { auth: { user: decoded(url.username), pass: decoded(url.password) } } : {}),
    // The name in EHLO; a container's own is one that no server knows.
    ...(ownHost.includes('.') ? { name: ownHost } : {}),
    connectionTimeout: 10 * SECOND,
    dnsTimeout: 10 * SECOND,
    greetingTimeout: 10 * SECOND,
    socketTimeout: 30 * SECOND,
    // A letter is text of ours: whatever gets into it, it must not make this server read a file or fetch a page.
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

/** A password with a `%` that encodes nothing is taken as it is written. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function senderOf({ mailFrom, serviceName }: Config) {
  const [, name, address] = /^(.+?) <(.+)>$/.exec(mailFrom) ?? [];
  return { name: name ?? serviceName, address: address ?? mailFrom };
}

/** The server wants a login or TLS first (RFC 4954): that is the operator's to mend, and no fault of the letter. */
const ABOUT_THE_LOGIN = [530, 534, 535, 538];

/** Servers repeat the recipient in their answers; the operator's log need not. */
function notSent(error: NodemailerError, to?: string): NotSent {
  const { code, command, responseCode, permanent } = error;
  if (code === 'EENVELOPE' && responseCode === undefined)
    return new NotSent('refused', 'its recipient is no address');
  const answer = to ? error.message.replaceAll(to, 'the recipient') : error.message;
  const reason = answer.replace(/\s+/g, ' ').slice(0, 300);
  const aboutTheLetter = (command === 'RCPT TO' || command === 'DATA') && responseCode !== undefined;
  if (!aboutTheLetter || responseCode === 421 || ABOUT_THE_LOGIN.includes(responseCode))
    return new NotSent('away', reason, error);
  return new NotSent(permanent ? 'refused' : 'deferred', reason, error);
}
