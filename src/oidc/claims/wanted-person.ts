interface RequestParameters {
  readonly id_token_hint?: string | undefined;
  readonly claims?: string | undefined;
}

/**
 * Whether an application that asks for one person (by `id_token_hint`, or a `sub` in the claims parameter) asks for this one.
 * @param subject who the person is for this client
 */
export function isWanted(params: RequestParameters, subject: string): boolean {
  const wanted = wantedSubject(params);
  return wanted === undefined || wanted === subject;
}

/** The provider has validated the hint before there was an interaction; here it is only read. */
function wantedSubject({ id_token_hint: hint, claims }: RequestParameters): string | undefined {
  if (hint)
    return (JSON.parse(Buffer.from(hint.split('.')[1]!, 'base64url').toString()) as { sub: string }).sub;
  const { id_token: idToken } = JSON.parse(claims ?? '{}') as {
    id_token?: { sub?: { value?: string } | null };
  };
  return idToken?.sub?.value;
}
