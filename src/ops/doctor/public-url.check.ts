import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { Config } from '../../config/config.js';
import { DAY, type Clock } from '../../kernel/clock.js';
import { Secrets } from '../../kernel/secrets.js';
import { asker, type Answer, type Ask } from './ask.js';
import type { Time } from './clock.check.js';
import { discoveryFinding } from './discovery.check.js';
import { error, fine, warning, type Finding } from './findings.js';
import { probeFindings } from './probe.check.js';
import { isKnown, type SecretState } from './secret.check.js';
import { unreachable } from './unreachable.js';
import { cookieFinding, redirectFinding } from './ways-back.check.js';

const DISCOVERY = '/.well-known/openid-configuration';
const CERTIFICATE_LEFT = 14 * DAY;

export interface OutsideExamined {
  readonly findings: Finding[];
  readonly times: Time[];
}

/**
 * The public URL as people and applications have it. Each step needs the one before.
 * @param isUnused whether nothing was ever started on what the settings lead to
 */
export async function publicFindings(
  config: Config,
  clock: Clock,
  secret: SecretState,
  isUnused: boolean,
): Promise<OutsideExamined> {
  const name = await nameFinding(config);
  if (name.level === 'error') return { findings: [name], times: [] };
  const ask = asker(clock);
  let answer: Answer;
  try {
    answer = await ask(config.url(DISCOVERY));
  } catch (thrown) {
    return { findings: [name, unreachable(config, thrown)], times: [] };
  }
  const discovery = await discoveryFinding(config, answer, ask);
  const found = [name, ...tlsFindings(answer, clock), discovery];
  const times = timeOf(answer);
  if (discovery.level === 'error') return { findings: found, times };
  try {
    const further = await furtherFindings(config, ask, clock, secret, times);
    const known = isUnused ? [elsewhere(config)] : [];
    return { findings: [...found, ...further.findings, ...known], times: [...times, ...further.times] };
  } catch (thrown) {
    return { findings: [...found, unreachable(config, thrown)], times };
  }
}

async function furtherFindings(
  config: Config,
  ask: Ask,
  clock: Clock,
  secret: SecretState,
  [theirs]: Time[],
): Promise<OutsideExamined> {
  const ways = [await redirectFinding(config, ask), await cookieFinding(config, ask)];
  if (!isKnown(secret)) return { findings: ways, times: [] };
  // By their clock: the challenge is good for some minutes, and this one may be wrong by more.
  const probed = await probeFindings(
    config,
    ask,
    clock,
    new Secrets(config.masterSecret),
    theirs?.ahead ?? 0,
  );
  return { findings: [...ways, ...probed.findings], times: probed.times };
}

/** Then all that was found inside was found in the wrong place. */
function elsewhere({ issuer, dataDir }: Config): Finding {
  return warning(
    'proxy',
    'probe-refused',
    `a server answers at ${issuer} already, and there is nothing of it here (${dataDir}): these are not its settings`,
    'run this with the settings of that server (GATEHOUSE_DATA_DIR, GATEHOUSE_SECRET, DATABASE_URL), in its folder and as its user',
  );
}

async function nameFinding(config: Config): Promise<Finding> {
  const hostname = new URL(config.issuer).hostname.replace(/^\[|\]$/g, '');
  if (isIP(hostname)) return fine('dns', `${hostname} is an address`);
  try {
    const found = await lookup(hostname, { all: true });
    return fine('dns', `${hostname} is ${found.map(({ address }) => address).join(', ')}`);
  } catch (thrown) {
    return error(
      'dns',
      'dns',
      `${hostname}, the host of GATEHOUSE_URL, resolves to no address (${(thrown as NodeJS.ErrnoException).code})`,
      'correct GATEHOUSE_URL, or add an A or AAAA record for it; inside a container look at its resolver, too',
    );
  }
}

function tlsFindings({ certificateUntil }: Answer, clock: Clock): Finding[] {
  if (certificateUntil === undefined) return [];
  const until = new Date(certificateUntil).toISOString().slice(0, 10);
  if (certificateUntil - clock.now().getTime() > CERTIFICATE_LEFT)
    return [fine('tls', `the certificate is believed, and valid until ${until}`)];
  const says = `the certificate expires on ${until}`;
  return [warning('tls', 'tls-expires', says, 'renew it, and see why that does not happen by itself')];
}

/** The header says whole seconds: on average half a one has passed. */
function timeOf({ headers, askedAt }: Answer): Time[] {
  const date = Date.parse(headers.date ?? '');
  return Number.isNaN(date) ? [] : [{ whose: 'the public URL', ahead: date + 500 - askedAt }];
}
