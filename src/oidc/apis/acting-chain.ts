import { errors } from 'oidc-provider';

/** Who acts for the person, and on whose behalf that one got to (RFC 8693, section 4.1). */
export interface Actor {
  readonly sub: string;
  readonly act?: Actor;
}

/** A chain that is longer than this is a mistake, or somebody's attempt to hide. */
const LONGEST = 3;

/**
 * @param before the `act` of the token that is exchanged
 * @throws InvalidRequest when the chain goes round or does not end
 */
export function actingChain(clientId: string, before: unknown): Actor {
  const actors: string[] = [];
  for (let actor = before as Actor | undefined; actor; actor = actor.act) actors.push(actor.sub);
  if (actors.includes(clientId)) throw new errors.InvalidRequest('this client acts in subject_token already');
  if (actors.length >= LONGEST)
    throw new errors.InvalidRequest(`subject_token was exchanged ${actors.length} times already`);
  return { sub: clientId, ...(before ? { act: before as Actor } : {}) };
}
