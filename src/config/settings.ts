import { DAY, HOUR, MINUTE, SECOND } from '../kernel/clock.js';
import {
  certificateFile,
  color,
  databaseUrl,
  duration,
  durationOrOff,
  headerName,
  hostPatterns,
  integer,
  mailSender,
  masterSecret,
  networks,
  oneOf,
  publicUrl,
  smtpUrl,
  someOf,
  text,
} from './parsers.js';
import { setting } from './setting.js';
import { OPERATIONS } from './settings.operations.js';
import { TRACING } from './settings.tracing.js';

/** Every setting there is. `docs/configuration.md` is made from this table, and a test holds the two equal. */
export const SETTINGS = {
  GATEHOUSE_URL: setting({
    parse: publicUrl,
    initialText: '`http://localhost:<GATEHOUSE_PORT>`',
    description:
      'The public URL: the issuer, and the start of every link and cookie path. On a real host this is the only setting that is needed. A path is honoured (`https://example.org/id`); the reverse proxy may strip it or pass it on.',
  }),
  GATEHOUSE_PORT: setting({
    parse: integer(1, 65535),
    initial: '3000',
    description: 'The TCP port to listen on.',
  }),
  GATEHOUSE_BIND: setting({
    parse: text,
    initialText: 'all addresses',
    description: 'The address to listen on, for example `127.0.0.1`.',
  }),
  GATEHOUSE_DATA_DIR: setting({
    parse: text,
    initial: './data',
    description:
      'Where the generated secret and the SQLite file live. Made on first start with mode 0700. Back it up; keep it private.',
  }),
  GATEHOUSE_CLIENTS_FILE: setting({
    parse: text,
    initialText: '`clients.yaml` in the data directory, when there is one',
    description: 'The YAML file that declares the client applications; see [clients](clients.md).',
  }),
  DATABASE_URL: setting({
    parse: databaseUrl,
    initialText: 'an SQLite file in the data directory',
    secret: true,
    description:
      'The database: `postgresql://user:password@host:5432/name`, or `sqlite:/path/to/file.sqlite`. PostgreSQL is needed to run several instances.',
  }),
  GATEHOUSE_SECRET: setting({
    parse: masterSecret,
    initialText: 'generated into `secret.key` in the data directory',
    secret: true,
    description:
      'The master secret (32 random bytes or more, as base64 or hex) from which the keys for sealing, cookies and fingerprints are derived. Several instances need the same one. Losing it makes sealed data (signing keys, second factors, client secrets) unreadable.',
  }),
  GATEHOUSE_NAME: setting({
    parse: text,
    initial: 'Gatehouse',
    description: 'The name of the service on its pages and in authenticator apps.',
  }),
  GATEHOUSE_COLOR: setting({
    parse: color,
    initialText: 'the green of Gatehouse',
    description:
      'The colour of buttons and links, for example `#5b2a86`. Where it could not be read it is made darker, or lighter for people who have a dark screen.',
  }),
  GATEHOUSE_REGISTRATION: setting({
    parse: oneOf('on', 'off'),
    initial: 'on',
    description:
      'Whether people may create their own accounts. With `off` only those may whom an operator invites.',
  }),
  GATEHOUSE_SECOND_FACTOR: setting({
    parse: oneOf('optional', 'required'),
    initial: 'optional',
    description:
      '`required` makes everyone set up a second factor at the next sign-in. An application can demand it for itself either way.',
  }),
  GATEHOUSE_PASSWORD_MIN_LENGTH: setting({
    parse: integer(8, 64),
    initial: '12',
    description: 'The least length of a new password, in characters.',
  }),
  GATEHOUSE_SESSION_LIFETIME: setting({
    parse: duration(5 * MINUTE, 90 * DAY),
    initial: '24h',
    description: 'After this time everyone signs in again, however active.',
  }),
  GATEHOUSE_SESSION_IDLE: setting({
    parse: duration(MINUTE, 90 * DAY),
    initial: '1h',
    description: 'A session that is not used for this long ends.',
  }),
  GATEHOUSE_RECENT_SIGN_IN: setting({
    parse: duration(30 * SECOND, HOUR),
    initial: '10m',
    description: 'How recent a sign-in must be to change a password or a second factor.',
  }),
  GATEHOUSE_REMEMBER_DEVICE: setting({
    parse: durationOrOff(DAY, 365 * DAY),
    initial: '30d',
    description:
      'For how long a person may have this browser remembered, so that it is not asked for the second factor again; `off` never offers it. An application that demands two factors, or a fresh sign-in, asks all the same.',
  }),
  GATEHOUSE_EMAIL_VERIFICATION: setting({
    parse: oneOf('optional', 'required'),
    initial: 'optional',
    description:
      '`required` lets nobody sign in to an application before the e-mail address is confirmed. An application can demand it for itself either way (`require_verified_email`).',
  }),
  GATEHOUSE_RECOVERY_DELAY: setting({
    parse: durationOrOff(HOUR, 30 * DAY, '72h'),
    initial: 'off',
    description:
      'After which time a person who knows the password but has lost every second factor gets in without one, unless the owner cancels it: each address of the account is told. `off`: only when an operator confirms it. `on` means 72h; or write a time from 1h to 30d. It needs SMTP_URL.',
  }),
  SMTP_URL: setting({
    parse: smtpUrl,
    initialText: 'none: no mail is sent',
    secret: true,
    description:
      'The mail server: `smtps://user:password@mail.example.org` (TLS from the start, port 465) or `smtp://user:password@mail.example.org:587` (STARTTLS). A password is sent over TLS only, except to this machine itself, or with `?tls=off`.',
  }),
  GATEHOUSE_MAIL_FROM: setting({
    parse: mailSender,
    initialText: '`gatehouse@` and the host of GATEHOUSE_URL',
    description: 'The sender of every mail: `id@example.org` or `Example ID <id@example.org>`.',
  }),
  GATEHOUSE_TRUSTED_PROXY_HOPS: setting({
    parse: integer(0, 10),
    initial: '0',
    description:
      'How many reverse proxies stand in front: that many entries at the end of `X-Forwarded-For` are believed for the client address in the audit log. Links and cookies come from GATEHOUSE_URL alone, whatever any header says.',
  }),
  GATEHOUSE_INTERNAL_BACKCHANNEL: setting({
    parse: oneOf('on', 'off'),
    initial: 'off',
    description:
      'Whether an application on an internal address (loopback, a private network, a name inside a compose file) may be told of sign-outs at its `backchannel_logout_uri`, there also by plain http. `off`: nothing that stands in the clients file makes this server reach into its own network.',
  }),
  GATEHOUSE_LEGACY_FLOWS: setting({
    parse: oneOf('on', 'off'),
    initial: 'off',
    description:
      'Whether a client may have the implicit and hybrid response types (`response_types` in the clients file; for applications that register themselves see `GATEHOUSE_CLIENT_REGISTRATION_ALLOWS`). `off`: they are neither advertised nor accepted. Tokens in a redirect leak (RFC 9700, section 2.1.2); use it for old applications and certification only.',
  }),
  GATEHOUSE_WEB_MESSAGE: setting({
    parse: oneOf('on', 'off'),
    initial: 'off',
    description:
      'Whether a client may have the response mode `web_message` (`response_modes` in the clients file): an answer without a page, in a frame of the application itself. `off`: it is neither advertised nor accepted.',
  }),
  GATEHOUSE_CLIENT_REGISTRATION: setting({
    parse: oneOf('off', 'token', 'open'),
    initial: 'off',
    description:
      'Whether applications may register themselves (RFC 7591): not at all, with a token that `gatehouse registration-token` prints, or anybody. They get no more than the file could give a third party: consent is always asked.',
  }),
  GATEHOUSE_CLIENT_REGISTRATION_LIMIT: setting({
    parse: integer(1, 1_000_000),
    initial: '1000',
    description:
      'How many applications may have registered themselves. A tenth of it, at least ten, may come in any one hour.',
  }),
  GATEHOUSE_CLIENT_REGISTRATION_ALLOWS: setting({
    parse: someOf('no-pkce', 'legacy-flows'),
    initialText: 'nothing of it',
    description:
      'What an application that registered itself may have beyond that. `no-pkce`: a confidential one may go without PKCE, as the plans for OpenID Connect and applications from before OAuth 2.1 do. `legacy-flows`: it may register implicit and hybrid response types, which needs `GATEHOUSE_LEGACY_FLOWS=on`, too. Each holds for as long as it is set, whenever the application registered.',
  }),
  GATEHOUSE_CLIENT_METADATA_HOSTS: setting({
    parse: hostPatterns,
    initialText: 'none: off',
    description:
      'Hosts whose applications are known by a client ID metadata document (`client_id` is its https address), as agents do: `agents.example.org *.tools.example.org`.',
  }),
  GATEHOUSE_INTERNAL_FETCH: setting({
    parse: oneOf('on', 'off'),
    initial: 'off',
    description:
      'Whether what applications name (`jwks_uri`, `sector_identifier_uri`, `logo_uri`, client ID metadata documents) is also fetched from internal addresses. With `GATEHOUSE_CLIENT_REGISTRATION=open` anybody chooses those addresses: use it then for tests only.',
  }),
  GATEHOUSE_KEY_ROTATION: setting({
    parse: durationOrOff(2 * DAY, 3 * 365 * DAY),
    initial: '90d',
    description:
      'How long a signing key signs. The next one is published a day or more ahead, the old one until its last token has expired. `off`: only by `gatehouse rotate-keys`.',
  }),
  GATEHOUSE_CLIENT_CERTIFICATE_HEADER: setting({
    parse: headerName,
    initialText: 'none: off',
    description:
      'The header in which the reverse proxy that ends TLS passes a client certificate on (mutual TLS, RFC 8705): URL-encoded PEM, or base64 DER as in RFC 9440. It needs GATEHOUSE_CLIENT_CERTIFICATE_FROM.',
  }),
  GATEHOUSE_CLIENT_CERTIFICATE_FROM: setting({
    parse: networks,
    initialText: 'nobody',
    description:
      'Addresses or networks of the proxies whose certificate header is believed: `10.0.0.2 172.18.0.0/16`. From anybody else it is removed.',
  }),
  GATEHOUSE_CLIENT_CERTIFICATE_CA: setting({
    parse: certificateFile,
    initialText: 'none: no `tls_client_auth`',
    description:
      'A PEM file with the authorities that issue client certificates, for `tls_client_auth`. Each certificate is checked against it here, whatever the proxy has checked. Name every authority that issues directly.',
  }),
  ...OPERATIONS,
  ...TRACING,
};

export type SettingName = keyof typeof SETTINGS;
type Value<K extends SettingName> = ReturnType<(typeof SETTINGS)[K]['parse']>;
export type SettingValues = { [K in SettingName]: Value<K> | undefined };
