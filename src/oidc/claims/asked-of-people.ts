import type { Client } from 'oidc-provider';

/** Of the scopes that a request names: those which say who somebody is. The others are of an API, or of nobody. */
export function scopesOfPeople(
  client: Client,
  { scope, resource }: { scope?: string | undefined; resource?: string | string[] | undefined },
): string[] {
  if (scope === undefined) return resource ? [] : ['openid'];
  const allowed = client.scope?.split(' ');
  return scope.split(' ').filter((name) => !resource || !allowed || allowed.includes(name));
}
