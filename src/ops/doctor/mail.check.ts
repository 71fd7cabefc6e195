import type { Config } from '../../config/config.js';
import { NotSent, SmtpTransport } from '../../mail/transport.js';
import { codesOf } from './codes.js';
import { error, fine, warning, type Finding } from './findings.js';

const CHECK = 'mail';

/** Connects to the mail server and logs in, as a letter would; none is sent. */
export async function mailFindings(config: Config): Promise<Finding[]> {
  const { smtp } = config;
  if (!smtp)
    return config.emailVerificationRequired
      ? [needed()]
      : [fine(CHECK, 'no mail is sent: SMTP_URL is not set')];
  const transport = new SmtpTransport(config);
  try {
    await transport.verify();
    return [fine(CHECK, `${smtp.host} takes the connection${smtp.username ? ' and the login' : ''}`)];
  } catch (thrown) {
    if (!(thrown instanceof NotSent)) throw thrown;
    return [trouble(smtp, thrown)];
  } finally {
    transport.close();
  }
}

function needed(): Finding {
  return warning(
    CHECK,
    'mail-needed',
    'GATEHOUSE_EMAIL_VERIFICATION=required, and no mail is sent',
    'set SMTP_URL, or print a verification-link for everybody new',
  );
}

/** The names are nodemailer's and Node's. */
function trouble({ host, protocol }: URL, thrown: NotSent): Finding {
  const codes = codesOf(thrown);
  const answer = thrown.message;
  if (codes.includes('EAUTH') || codes.includes('ENOAUTH'))
    return error(
      CHECK,
      'mail-login',
      `${host} refuses the login: ${answer}`,
      'correct user name and password in SMTP_URL (special characters percent-encoded), or ask the provider for an app password',
    );
  if (codes.some((code) => /CERT|SELF_SIGNED|ALTNAME|UNABLE_TO/.test(code)))
    return error(
      CHECK,
      'mail-certificate',
      `the certificate of ${host} is not believed: ${answer}`,
      'use the name that the certificate was issued for; for an authority of your own set NODE_EXTRA_CA_CERTS',
    );
  if (codes.includes('ETLS') || codes.some((code) => /SSL|EPROTO/.test(code)))
    return error(
      CHECK,
      'mail-tls',
      `${host} does not speak TLS as SMTP_URL expects: ${answer}`,
      protocol === 'smtps:'
        ? 'smtps: is TLS from the start (port 465); for STARTTLS write smtp: with port 587'
        : 'have the server offer STARTTLS, or write smtps: with port 465; a password goes over TLS only (tls=off sends it openly)',
    );
  return error(
    CHECK,
    'mail-unreachable',
    `${host} cannot be used: ${answer}`,
    'check host and port in SMTP_URL, and that a firewall lets this machine out to them (many hosters close port 25)',
  );
}
