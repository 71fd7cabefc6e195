import {
  createLocalJWKSet,
  createRemoteJWKSet,
  jwtVerify,
  type JSONWebKeySet,
  type JWTVerifyGetKey,
} from 'jose';

const HALF_A_DAY = 12 * 3_600_000;

/** An application that verifies tokens with the keys it has fetched from one instance. */
export class Verifier {
  constructor(
    readonly name: string,
    private readonly keys: JWTVerifyGetKey,
    private readonly issuer: string,
    private readonly now: () => Date,
  ) {}

  /** As most libraries do: keeps the list for ten minutes, and looks again when it meets a key that it does not know. */
  static usual(address: string, issuer: string, now: () => Date): Verifier {
    const keys = createRemoteJWKSet(new URL(`${address}/oidc/jwks`), {
      cooldownDuration: 30_000,
      cacheMaxAge: 600_000,
    });
    return new Verifier(`usual at ${address}`, keys, issuer, now);
  }

  /** The most stubborn there is: keeps the list for half a day, and looks for nothing meanwhile. */
  static stubborn(address: string, issuer: string, now: () => Date): Verifier {
    let known: { at: number; keys: JWTVerifyGetKey } | undefined;
    const keys: JWTVerifyGetKey = async (header, token) => {
      if (!known || now().getTime() - known.at > HALF_A_DAY) {
        const answer = await fetch(`${address}/oidc/jwks`);
        known = {
          at: now().getTime(),
          keys: createLocalJWKSet((await answer.json()) as JSONWebKeySet) as unknown as JWTVerifyGetKey,
        };
      }
      return known.keys(header, token);
    };
    return new Verifier(`stubborn at ${address}`, keys, issuer, now);
  }

  /** @returns the reason for which it refuses the token; undefined when it does not */
  async refusal(token: string): Promise<string | undefined> {
    try {
      await jwtVerify(token, this.keys, { issuer: this.issuer, currentDate: this.now() });
      return undefined;
    } catch (error) {
      return `${this.name}: ${(error as { code?: string }).code ?? String(error)}`;
    }
  }
}

export async function publishedKids(address: string): Promise<string[]> {
  const { keys } = (await (await fetch(`${address}/oidc/jwks`)).json()) as JSONWebKeySet;
  return keys.map(({ kid }) => kid!);
}
