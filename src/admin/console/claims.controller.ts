import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Audit } from '../../audit/audit.service.js';
import { Config } from '../../config/config.js';
import { ApplicationNames } from '../../dashboard/application-names.js';
import type { FieldErrors } from '../../http/form.js';
import { Pages } from '../../http/pages.js';
import {
  ClaimsPreview,
  type ClaimsPreviewed,
  type PreviewedClaim,
} from '../../oidc/claims/claims-preview.service.js';
import { Accounts } from '../../users/accounts.service.js';
import type { Account } from '../../users/account.entity.js';
import { placesOf } from '../commands/claims-report.js';
import { ConsolePages } from './console-pages.js';
import { Operator } from './operator.guard.js';

interface Asked {
  readonly client: string;
  readonly who: string;
  readonly scope: string;
}
type Found =
  { readonly account: Account; readonly previewed: ClaimsPreviewed } | { readonly errors: FieldErrors };

/** What an application would get to know of somebody, and why. Looking is all there is; that somebody looked is audited. */
@Controller('admin/claims')
export class ClaimsController {
  constructor(
    private readonly config: Config,
    private readonly accounts: Accounts,
    private readonly preview: ClaimsPreview,
    private readonly applicationNames: ApplicationNames,
    private readonly console: ConsolePages,
    private readonly pages: Pages,
    private readonly audit: Audit,
  ) {}

  @Operator()
  @Get()
  async show(
    @Req() req: Request,
    @Res() res: Response,
    @Query() query: Record<string, unknown>,
  ): Promise<void> {
    const asked = { client: text(query['client']), who: text(query['who']), scope: text(query['scope']) };
    const found = asked.client + asked.who === '' ? undefined : await this.find(asked);
    if (found && 'account' in found) {
      const detail = { by: req.person!.account.id };
      await this.audit.record(
        'claims.previewed',
        { accountId: found.account.id, clientId: asked.client, detail },
        req,
      );
    }
    const names = [...(await this.applicationNames.all())];
    this.console.show(req, res, 'claims', {
      ...asked,
      action: `${this.config.basePath}/admin/claims`,
      applications: names
        .map(([id, name]) => ({ id, name, selected: id === asked.client }))
        .sort((a, b) => a.name.localeCompare(b.name)),
      self: '/admin/claims',
      ...(found && this.result(req, found)),
    });
  }

  private async find({ client, who, scope }: Asked): Promise<Found> {
    const account = await this.accounts.findByIdentifier(who);
    if (!account) return { errors: { who: 'admin.claims.no-account' } };
    const scopes = scope === '' ? undefined : scope.split(/\s+/).filter(Boolean);
    const previewed = await this.preview.of(client, account, scopes);
    if (previewed === 'no-client') return { errors: { client: 'admin.claims.no-client' } };
    if (!('scopeNotAllowed' in previewed)) return { account, previewed };
    return {
      errors: {
        scope: { key: 'admin.claims.scope-not-allowed', params: { scope: previewed.scopeNotAllowed } },
      },
    };
  }

  private result(req: Request, found: Found) {
    if ('errors' in found) return found;
    const { account, previewed } = found;
    const row = (claim: PreviewedClaim) => ({
      name: claim.name,
      value: typeof claim.value === 'string' ? claim.value : JSON.stringify(claim.value),
      why: this.pages.text(req, claim.why),
      scope: claim.scopes.join(', '),
      places: placesOf(claim),
    });
    return {
      result: {
        username: account.username,
        scopes: previewed.scopes.join(' '),
        circumstances: previewed.circumstances.map((message) => this.pages.text(req, message)),
        given: previewed.given.map(row),
        missing: previewed.missing.map(row),
      },
    };
  }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value.trim().slice(0, 400) : '';
}
