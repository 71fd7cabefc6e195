import type { AuthorizationDetail } from 'oidc-provider';
import type { Declarations } from '../../clients/declarations.service.js';

/** One authorization details object, as a person reads it. */
export interface DetailInWords {
  readonly name: string;
  readonly description: string | undefined;
  readonly facts: readonly { readonly label: string; readonly value: string }[];
}

/** Everything in the objects is shown: nothing is granted unseen. */
export function detailsInWords(
  declarations: Declarations,
  details: readonly AuthorizationDetail[],
): Promise<DetailInWords[]> {
  const each = details.map(async (detail): Promise<DetailInWords> => {
    const type = await declarations.detailsType(detail.type);
    const fields = Object.entries(detail).filter(([name]) => name !== 'type');
    return {
      name: type?.name ?? detail.type,
      description: type?.description,
      facts: fields.map(([name, value]) => ({
        label: type?.fields[name]?.label ?? name,
        value: Array.isArray(value) ? value.join(', ') : String(value),
      })),
    };
  });
  return Promise.all(each);
}
