import { randomInt } from 'node:crypto';
import type { Config } from '../../config/config.js';
import { issueChallenge } from '../../mfa/challenges.js';
import type { Clock } from '../../kernel/clock.js';
import { constantTimeEqual, type Secrets } from '../../kernel/secrets.js';
import { PROBE_CEREMONY, PROBE_HEADER, PROBE_PATH, proofOf, type Arrival } from '../probe.js';
import type { Answer, Ask } from './ask.js';
import type { Time } from './clock.check.js';
import { fine, warning, type Finding } from './findings.js';
import { hopsFinding } from './hops.js';

const CHECK = 'proxy';

/** Asks the server, through the public URL, how the question has arrived there. */
export async function probeFindings(
  config: Config,
  ask: Ask,
  clock: Clock,
  secrets: Secrets,
  theyAreAhead: number,
): Promise<{ findings: Finding[]; times: Time[] }> {
  const theirTime = new Date(Math.round(clock.now().getTime() + theyAreAhead));
  const challenge = issueChallenge(secrets, theirTime, 'probe', PROBE_CEREMONY);
  // Of TEST-NET-3 (RFC 5737): nobody has it.
  const madeUp = `203.0.113.${randomInt(1, 255)}`;
  const headers = { [PROBE_HEADER]: challenge, 'X-Forwarded-For': madeUp };
  const answer = await ask(config.url(PROBE_PATH), headers);
  const arrival = arrivalIn(answer, secrets, challenge);
  if (!arrival) return { findings: [notKnown(config, answer)], times: [] };
  const isDirect = arrival.peerPort === answer.localPort;
  return {
    findings: [hopsFinding({ ...arrival, madeUp, isDirect }), hostFinding(config, arrival)],
    times: [{ whose: 'the server', ahead: arrival.time - answer.askedAt }],
  };
}

function arrivalIn({ status, body }: Answer, secrets: Secrets, challenge: string): Arrival | undefined {
  if (status !== 200) return undefined;
  try {
    const { arrival, proof } = JSON.parse(body) as { arrival: Arrival; proof: string };
    return constantTimeEqual(proof, proofOf(secrets, challenge, arrival)) ? arrival : undefined;
  } catch {
    return undefined;
  }
}

function notKnown({ issuer }: Config, { status }: Answer): Finding {
  return warning(
    CHECK,
    'probe-refused',
    `the server at ${issuer} does not answer this command's question (${status}): it has another master secret, is of another version, or the proxy drops the header ${PROBE_HEADER}`,
    'run this with the same GATEHOUSE_SECRET or data directory, and version, as the server; restart the server if they were changed',
  );
}

/** Gatehouse builds no address from it; what else stands behind the same proxy may. */
function hostFinding({ issuer }: Config, { host }: Arrival): Finding {
  const ours = new URL(issuer);
  const theirs = URL.canParse(`${ours.protocol}//${host}`) ? new URL(`${ours.protocol}//${host}`) : undefined;
  if (theirs?.hostname !== ours.hostname || theirs.port === ours.port)
    return fine(CHECK, 'requests arrive here, and the server has this master secret');
  return warning(
    CHECK,
    'port-dropped',
    `the proxy drops or changes the port: it passes on the host ${JSON.stringify(host)} instead of ${JSON.stringify(ours.host)}`,
    'pass on the host as it came ($http_host and not $host in nginx), or correct the port in GATEHOUSE_URL; links and cookies come from GATEHOUSE_URL in any case',
  );
}
