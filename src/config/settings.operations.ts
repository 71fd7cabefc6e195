import { DAY, SECOND } from '../kernel/clock.js';
import { durationOrOff, integer, oneOf, passphrase, text } from './parsers.js';
import { setting } from './setting.js';

/** The settings for what is kept, saved and said about the service itself. */
export const OPERATIONS = {
  GATEHOUSE_AUDIT_RETENTION: setting({
    parse: durationOrOff(90 * DAY, 20 * 365 * DAY),
    initial: 'off',
    description:
      'How long the rows of the audit log are kept, 90d or more; `off` keeps them for ever. Older ones are removed a few at a time, up to a sealed checkpoint from which `gatehouse audit verify` goes on. People see their own rows under _Activity_ for that long.',
  }),
  GATEHOUSE_BACKUP_KEY: setting({
    parse: passphrase,
    initialText: 'none: no backups',
    secret: true,
    description:
      'The passphrase that `gatehouse backup` encrypts archives with, and `gatehouse restore` opens them with: 16 characters or more, for example the output of `openssl rand -base64 32`. Give it as a file, and keep it somewhere else than the archives.',
  }),
  GATEHOUSE_STOP_DELAY: setting({
    parse: durationOrOff(1 * SECOND, 60 * SECOND),
    initial: 'off',
    description:
      'How long an instance that was told to stop goes on answering, while `/health/ready` says that it stops: at least as long as a load balancer takes to notice, so that no request is sent to it any more when it closes. `5s` suits most; `off` where nothing is in front that asks.',
  }),
  GATEHOUSE_TEST_APP: setting({
    parse: oneOf('auto', 'on', 'off'),
    initial: 'auto',
    description:
      'The built-in test application at `/test-app`; `auto` switches it on when the public URL is on localhost.',
  }),
  GATEHOUSE_METRICS_PORT: setting({
    parse: integer(1, 65535),
    initialText: 'none: off',
    description:
      'The TCP port on which Prometheus fetches `/metrics`; see [operators](operators.md#metrics). It is another one than GATEHOUSE_PORT, so that what may be reached from outside does not depend on a rule in a proxy. Nothing in it is about a person.',
  }),
  GATEHOUSE_METRICS_BIND: setting({
    parse: text,
    initial: '127.0.0.1',
    description:
      'The address on which the metrics are served. In a container, `0.0.0.0` lets the other containers of its network fetch them; publish the port to nobody else.',
  }),
  GATEHOUSE_LOG_LEVEL: setting({
    parse: oneOf('error', 'warn', 'log', 'debug'),
    initial: 'log',
    description: 'How much is logged. `debug` has a line for each request, too: route, status and time.',
  }),
  GATEHOUSE_LOG_FORMAT: setting({
    parse: oneOf('auto', 'json', 'pretty'),
    initial: 'auto',
    description: '`json` writes one record a line; `auto` is `pretty` on a terminal and `json` elsewhere.',
  }),
};
