import { LEGACY_RESPONSE_TYPES } from './client.fields.js';
import type { Config } from '../config/config.js';

/** Who may have implicit and hybrid response types: nobody, what the clients file declares, or also what registers itself. */
export type LegacyFlows = 'nobody' | 'declared' | 'registered';

type Metadata = Record<string, unknown>;

const GRANTS = ['authorization_code', 'refresh_token'];
const MADE_OF_LEGACY_PARTS = /^(code|id_token|token)( (code|id_token|token))*$/;
const WHY: Record<Exclude<LegacyFlows, 'registered'>, string> = {
  nobody: 'this server has no implicit and hybrid flows',
  declared: 'implicit and hybrid flows are only for applications that the operator has declared',
};

export function legacyFlowsFor({
  legacyFlows,
  clientRegistrationAllows: allowed,
}: Pick<Config, 'legacyFlows' | 'clientRegistrationAllows'>): LegacyFlows {
  if (!legacyFlows) return 'nobody';
  return allowed.includes('legacy-flows') ? 'registered' : 'declared';
}

/** What a registration asks for of the ways to get tokens. Grants that it cannot have are left out. @returns what to mend */
export function flows(metadata: Metadata, legacy: LegacyFlows): string | undefined {
  const { grant_types: asked, response_types: types } = metadata;
  if (!Array.isArray(asked)) return 'grant_types must be a list';
  if (!Array.isArray(types) || types.length === 0) return 'response_types must be a list of at least one';
  const mistake = responseTypes(types, legacy);
  if (mistake) return mistake;
  const may = legacy === 'registered' ? [...GRANTS, 'implicit'] : GRANTS;
  const given = asked.filter((grant) => may.includes(grant as string)) as string[];
  const isComplete = types.every(isLegacy) ? given.length > 0 : given.includes('authorization_code');
  // Which of implicit and authorization_code go with the response types the library sees to.
  if (!isComplete)
    return `grant_types can only contain ${may.join(', ')}; with response_types code the first of them always`;
  metadata['grant_types'] = given;
  return undefined;
}

function responseTypes(asked: readonly unknown[], legacy: LegacyFlows): string | undefined {
  const may = legacy === 'registered' ? ['code', ...LEGACY_RESPONSE_TYPES] : ['code'];
  const wrong = asked.find((type) => typeof type !== 'string' || !may.includes(inOrder(type)));
  if (wrong === undefined) return undefined;
  const why = legacy !== 'registered' && isLegacy(wrong) ? `: ${WHY[legacy]}` : '';
  return `response_types can only contain ${may.map((type) => `"${type}"`).join(', ')}${why}`;
}

function isLegacy(type: unknown): boolean {
  return typeof type === 'string' && type !== 'code' && MADE_OF_LEGACY_PARTS.test(type);
}

/** The parts of a type have no order; where it is written down they have that of the alphabet. */
function inOrder(type: string): string {
  return type.split(' ').sort().join(' ');
}

/** What is left of a registration that was accepted while more was allowed: the operator's word counts now. */
export function leftOf(metadata: Metadata, legacy: LegacyFlows): Metadata {
  if (metadata['client_id_issued_at'] === undefined || legacy === 'registered') return metadata;
  const { response_types: types, grant_types: grants } = metadata as Record<string, string[] | undefined>;
  if (!types?.some(isLegacy)) return metadata;
  return {
    ...metadata,
    response_types: types.filter((type) => !isLegacy(type)),
    grant_types: (grants ?? []).filter((grant) => grant !== 'implicit'),
  };
}
