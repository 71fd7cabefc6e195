import { Injectable } from '@nestjs/common';
import { Languages } from '../../http/language.js';
import type { MessageRef } from '../../http/form.js';
import { ClaimsPreview, type PreviewedClaim } from '../../oidc/claims/claims-preview.service.js';
import type { Account } from '../../users/account.entity.js';
import type { Outcome } from './outcome.js';

/** The preview of claims as text, for the shell. */
@Injectable()
export class ClaimsReport {
  constructor(
    private readonly preview: ClaimsPreview,
    private readonly languages: Languages,
  ) {}

  async of(clientId: string, account: Account): Promise<Outcome> {
    const previewed = await this.preview.of(clientId, account);
    if (previewed === 'no-client' || 'scopeNotAllowed' in previewed)
      return { done: false, message: `there is no application ${JSON.stringify(clientId)}` };
    const text = (message: MessageRef) => this.languages.text('en', message);
    const line = (claim: PreviewedClaim) =>
      `  ${claim.name}\t${claim.value === undefined ? '' : JSON.stringify(claim.value)}\t${placesOf(claim)}\t${text(claim.why)}`;
    const shown = (claim: PreviewedClaim) => ({
      name: claim.name,
      value: claim.value ?? null,
      idToken: claim.idToken,
      userinfo: claim.userinfo,
      why: text(claim.why),
    });
    return {
      done: true,
      facts: {
        client: clientId,
        username: account.username,
        scopes: previewed.scopes,
        circumstances: previewed.circumstances.map(text),
        given: previewed.given.map(shown),
        missing: previewed.missing.map(shown),
      },
      message: [
        `${account.username} at ${clientId}, with ${previewed.scopes.join(' ')}`,
        ...previewed.circumstances.map((message) => `  ${text(message)}`),
        'Given:',
        ...previewed.given.map(line),
        'Not given:',
        ...previewed.missing.map(line),
      ].join('\n'),
    };
  }
}

/** The names are the protocol's own. */
export function placesOf({ idToken, userinfo }: PreviewedClaim): string {
  return [idToken ? 'id_token' : '', userinfo ? 'userinfo' : ''].filter(Boolean).join(', ');
}
