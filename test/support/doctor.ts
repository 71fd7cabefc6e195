import { entities } from '../../src/entities.js';
import { migrations } from '../../src/migrations.js';
import { examine, type Patient } from '../../src/ops/doctor/examine.js';
import { asJson, asText, type Finding } from '../../src/ops/doctor/findings.js';

export type Trouble = Exclude<Finding, { level: 'fine' }>;

/** What `gatehouse doctor` finds with these settings. */
export function findings(env: Patient['env'], more: Partial<Patient> = {}): Promise<Finding[]> {
  return examine({ env, entities, migrations, ...more });
}

/** What of it is not fine. */
export async function troubles(env: Patient['env'], more: Partial<Patient> = {}): Promise<Trouble[]> {
  return (await findings(env, more)).filter((each) => each.level !== 'fine');
}

/** The names of the causes, and of nothing else. */
export async function causes(env: Patient['env'], more: Partial<Patient> = {}): Promise<string[]> {
  return (await troubles(env, more)).map(({ cause }) => cause);
}

/** Everything that is printed, in either form. */
export const printed = (all: Finding[]): string => asText(all) + asJson(all);
