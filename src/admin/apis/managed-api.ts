import type { ApiFields } from '../../clients/api-draft.js';
import type { ClientMistake } from '../../clients/client-rules.js';
import type { DeclarationOrigin } from '../../clients/declaration.entity.js';
import { apiOf, type Api } from '../../clients/declarations.service.js';
import type { StoredApi } from '../../clients/operator-apis.service.js';

/** An API as operators see it, whoever declares it. */
export interface ManagedApi extends Api {
  readonly origin: DeclarationOrigin;
  readonly version: number;
  /** As it was written, which is what is edited. */
  readonly fields: ApiFields;
}

export interface ApiPage {
  readonly apis: readonly ManagedApi[];
  /** Where the next page begins: `after` it. */
  readonly next: string | undefined;
}

/** Why nothing was changed. */
export type ApiRefused =
  /** Each mistake with the field where it is mended, in the words of the clients file. */
  | { readonly kind: 'mistaken'; readonly mistakes: readonly ClientMistake[] }
  /** Another one has the identifier. */
  | { readonly kind: 'taken' }
  /** Somebody has changed it since it was looked at. */
  | { readonly kind: 'stale' }
  /** There is no such API that operators made: the clients file declares it, or it is gone. */
  | { readonly kind: 'not-here' };

export interface ApiDone {
  readonly kind: 'done';
  readonly api: ManagedApi;
}

export function managedApi({ identifier, origin, version, fields }: StoredApi): ManagedApi {
  return { ...apiOf(identifier, fields), origin, version, fields };
}
