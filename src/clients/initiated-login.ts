/**
 * Where an application begins a sign-in of its own accord, for a person who comes from here (OpenID Connect Core, section 4): it
 * learns whom to ask.
 */
export function initiatedLogin(issuer: string, initiateLoginUri: unknown): string | undefined {
  if (typeof initiateLoginUri !== 'string') return undefined;
  const url = new URL(initiateLoginUri);
  url.searchParams.set('iss', issuer);
  return url.href;
}
