import type { NestExpressApplication } from '@nestjs/platform-express';
import { decodeProtectedHeader } from 'jose';
import { Provider } from 'oidc-provider';

/** An ID token as the provider signs it, for as long as the test wants. */
export async function idToken(
  app: NestExpressApplication,
  clientId: string,
  lifetime: number,
): Promise<string> {
  const provider = app.get(Provider);
  const client = (await provider.Client.find(clientId))!;
  const token = new provider.IdToken({ sub: 'somebody' }, { client });
  (token as unknown as { mask: object }).mask = { sub: null };
  const expiresAt = Math.floor((Date.now() + lifetime) / 1000);
  return token.issue({ use: 'idtoken', expiresAt });
}

export const kidOf = (token: string) => decodeProtectedHeader(token).kid!;
