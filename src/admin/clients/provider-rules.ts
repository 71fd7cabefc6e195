import { Injectable } from '@nestjs/common';
import { errors, Provider } from 'oidc-provider';

/** The provider has rules of its own on how a client's fields go together. */
@Injectable()
export class ProviderRules {
  constructor(private readonly provider: Provider) {}

  /** @param metadata what would be stored @returns what is wrong with it */
  refusalOf(id: string, metadata: Record<string, unknown>, secret: string | undefined): string | undefined {
    const Client = this.provider.Client as unknown as new (metadata: Record<string, unknown>) => unknown;
    try {
      new Client({ ...metadata, client_id: id, ...(secret ? { client_secret: secret } : {}) });
      return undefined;
    } catch (error) {
      if (error instanceof errors.InvalidClientMetadata) return error.error_description ?? error.message;
      throw error;
    }
  }
}
