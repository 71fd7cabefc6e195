import { Controller, Get, Param, Query, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { ClientRefusals } from '../../clients/client-refusals.service.js';
import { initiatedLogin } from '../../clients/initiated-login.js';
import { Config } from '../../config/config.js';
import { notFound } from '../../kernel/errors.js';
import { ClientUse } from '../../oidc/records/client-use.js';
import { Operator } from '../console/operator.guard.js';
import { ORIGINS } from './client-directory.js';
import { ClientPages } from './client-pages.js';
import { inWords } from './client-words.js';
import type { ManagedClient } from './managed-client.js';
import { ManagedClients } from './managed-clients.service.js';
import { shownRefusal } from './refusals.words.js';
import { shownSetting } from './shown-setting.js';

const ORIGIN_WORDS = {
  operator: 'admin.clients.origin.operator',
  file: 'admin.clients.origin.file',
  registered: 'admin.clients.origin.registered',
} as const;

/** Every client, and what there is to know of each. Nothing is changed here. */
@Controller('admin/clients')
export class ClientsController {
  constructor(
    private readonly config: Config,
    private readonly clients: ManagedClients,
    private readonly use: ClientUse,
    private readonly refusals: ClientRefusals,
    private readonly pages: ClientPages,
  ) {}

  @Operator('at-all')
  @Get()
  async list(
    @Req() req: Request,
    @Res() res: Response,
    @Query() query: Record<string, unknown>,
  ): Promise<void> {
    const [search, origin, after] = ['search', 'origin', 'after'].map((name) => text(query[name])) as [
      string,
      string,
      string,
    ];
    const { clients, next } = await this.clients.list({ search, origin, after });
    this.pages.show(req, res, 'list', {
      search,
      origins: ORIGINS.map((each) => ({ value: each, label: ORIGIN_WORDS[each], selected: each === origin })),
      clients: clients.map((client) => ({
        ...client,
        url: this.pages.url(client.id),
        originWords: ORIGIN_WORDS[client.origin],
        isOperator: client.origin === 'operator',
      })),
      isFiltered: search + origin !== '',
      // Of nobody's: on the first page alone, which is where one looks for a client that is not there.
      refusals: after === '' ? (await this.refusals.of('')).map((each) => shownRefusal(each)) : [],
      action: this.pages.url(),
      newUrl: this.pages.newUrl(),
      nextUrl:
        next && `${this.pages.url()}?${new URLSearchParams({ search, origin, after: next }).toString()}`,
    });
  }

  @Operator('at-all')
  @Get(':client')
  async one(@Req() req: Request, @Res() res: Response, @Param('client') part: string): Promise<void> {
    const client = await this.pages.client(part);
    const { id, origin, metadata, fields } = client;
    const isOurs = origin === 'operator';
    const mistakes = isOurs ? await this.clients.mistakesIn(fields, client.secret?.hasOld) : [];
    this.pages.show(req, res, 'client', {
      title: client.name,
      client: { ...client, policyUri: metadata['policy_uri'], tosUri: metadata['tos_uri'] },
      originWords: ORIGIN_WORDS[origin],
      isOurs,
      isOfFile: origin === 'file',
      isRegistered: origin === 'registered',
      file: this.config.clientsFile ?? `${this.config.dataDir}/clients.yaml`,
      mistakes: this.pages.told(req, mistakes),
      facts: inWords(metadata).map(({ words, ...fact }) => ({
        ...fact,
        values: [...words.map((key) => this.pages.text(req, key)), ...fact.values],
        isCode: words.length === 0,
      })),
      signInUri: initiatedLogin(this.config.issuer, metadata['initiate_login_uri']),
      discovery: this.pages.discovery(client),
      usage: await this.use.of(id),
      refusals: (await this.refusals.of(id)).map((refusal) => ({
        ...shownRefusal(refusal, client),
        addUrl: this.pages.url(id, `/refused/${refusal.id}`),
      })),
      ...this.links(client),
    });
  }

  /** Not for what registered itself: a stranger chose its values, and they are pasted into files and shells. */
  @Operator('at-all')
  @Get(':client/settings')
  async settings(
    @Req() req: Request,
    @Res() res: Response,
    @Param('client') part: string,
    @Query('application') asked: unknown,
  ): Promise<void> {
    const client = await this.pages.client(part);
    if (client.origin === 'registered') throw notFound();
    const [{ APPLICATIONS }, { comesBackLike }, { valuesFor }, { differences }] = await Promise.all([
      import('../../applications/catalogue.js'),
      import('../client-settings.js'),
      import('../../applications/values.js'),
      import('../../applications/differences.js'),
    ]);
    const { id, metadata } = client;
    const application =
      APPLICATIONS.find((each) => each.id === asked) ??
      (asked === undefined ? APPLICATIONS.find((each) => comesBackLike(each, metadata)) : undefined);
    const values = application && valuesFor(this.config.issuer, id, application, metadata);
    this.pages.show(req, res, 'settings', {
      client,
      clientUrl: this.pages.url(id),
      action: this.pages.url(id, '/settings'),
      applications: APPLICATIONS.map((each) => ({
        id: each.id,
        name: each.name,
        selected: each === application,
      })),
      result: application &&
        values && {
          name: application.name,
          about: plain(application.about),
          differences: differences(application, values.app, metadata).map(plain),
          settings: application.settings(values).map(shownSetting),
          groups: plain(application.groups),
          groupSettings: (application.groupSettings?.(values) ?? []).map(shownSetting),
          signOut: plain(application.signOut),
          pitfalls: application.pitfalls.map(plain),
          placeholder: application.client.isPublic ? undefined : values.secret,
        },
    });
  }

  private links({ id, origin }: ManagedClient) {
    const url = (page: string) => this.pages.url(id, page);
    const preview = new URLSearchParams({ client: id }).toString();
    return {
      editUrl: url('/edit'),
      logoUrl: url('/logo'),
      secretUrl: url('/secret'),
      oldSecretUrl: url('/old-secret'),
      removeUrl: url('/remove'),
      settingsUrl: origin === 'registered' ? undefined : url('/settings'),
      claimsUrl: `${this.config.basePath}/admin/claims?${preview}`,
    };
  }
}

/** The catalogue's texts are those of the documents, where backticks mark a name. */
function plain(markdown: string): string {
  return markdown.replaceAll('`', '').replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1');
}

function text(value: unknown): string {
  return typeof value === 'string'
    ? value
        .replace(/\p{Cc}/gu, '')
        .trim()
        .slice(0, 255)
    : '';
}
