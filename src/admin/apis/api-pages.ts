import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { ClientMistake } from '../../clients/client-rules.js';
import { Config } from '../../config/config.js';
import type { PageData } from '../../http/pages.js';
import { notFound } from '../../kernel/errors.js';
import { ConsolePages } from '../console/console-pages.js';
import { shownField } from '../console/form-fields.js';
import type { FormValues } from '../console/merged-form.js';
import { API_PARTS } from './api-form.js';
import type { ManagedApi } from './managed-api.js';
import { ManagedApis } from './managed-apis.service.js';

const ORIGIN_WORDS = {
  operator: 'admin.clients.origin.operator',
  file: 'admin.clients.origin.file',
} as const;

/** What a choice is called; what is not here is called what it is. */
const OPTION_WORDS: Readonly<Record<string, string>> = {
  jwt: 'admin.apis.format.jwt',
  opaque: 'admin.apis.format.opaque',
};

const FIELDS = API_PARTS.flatMap(({ fields }) => fields);

/** What the pages about APIs have in common. */
@Injectable()
export class ApiPages {
  constructor(
    private readonly config: Config,
    private readonly console: ConsolePages,
    private readonly apis: ManagedApis,
  ) {}

  /** @param part of the address @throws notFound */
  async api(part: string): Promise<ManagedApi> {
    const api = await this.apis.find(identifierIn(part));
    if (!api) throw notFound();
    return api;
  }

  /** One that is changed here. @throws notFound for one that is only shown */
  async ours(part: string): Promise<ManagedApi> {
    const api = await this.api(part);
    if (api.origin !== 'operator') throw notFound();
    return api;
  }

  show(req: Request, res: Response, page: string, data: PageData, status?: number): void {
    this.console.show(req, res, `apis/${page}`, { listUrl: this.url(), file: this.file, ...data }, status);
  }

  /** The form of an API, new or not: its fields with what stands in them, and what is wrong with each. */
  showForm(
    req: Request,
    res: Response,
    page: 'new' | 'edit',
    {
      values,
      mistakes = [],
      ...data
    }: PageData & { values: FormValues; mistakes?: readonly ClientMistake[] },
  ): void {
    const told = this.told(req, mistakes, (field) => field);
    const at = (name: string) => told.filter(({ field }) => field === name);
    const wordOf = (_field: string, option: string) =>
      option in OPTION_WORDS ? this.text(req, OPTION_WORDS[option]!) : option;
    this.show(
      req,
      res,
      page,
      {
        values,
        parts: API_PARTS.map(({ fields, ...part }) => ({
          ...part,
          fields: fields.map((field) => shownField(field, values, at(field.name), wordOf)),
        })),
        idMistakes: at('identifier'),
        others: told.filter(({ field }) => field === undefined),
        hasMistakes: mistakes.length > 0,
        ...data,
      },
      mistakes.length > 0 || data.errors || data['isStale'] ? 422 : 200,
    );
  }

  /** Message; undefined: it is called what it is called in a file. */
  labelOf(name: string): string | undefined {
    return FIELDS.find((field) => field.name === name)?.label;
  }

  originWords({ origin }: Pick<ManagedApi, 'origin'>): string {
    return ORIGIN_WORDS[origin];
  }

  /** Back to an API's page. */
  done(res: Response, identifier: string, notice: string): void {
    this.console.done(res, `/apis/${partOf(identifier)}`, notice);
  }

  doneWithAll(res: Response, notice: string): void {
    this.console.done(res, '/apis', notice);
  }

  url(identifier?: string, page = ''): string {
    return this.console.url(identifier === undefined ? '/apis' : `/apis/${partOf(identifier)}${page}`);
  }

  newUrl(): string {
    return this.console.url('/apis/new');
  }

  clientUrl(path: string): string {
    return this.console.url(`/clients/${path}`);
  }

  text(req: Request, key: string): string {
    return this.console.text(req, key);
  }

  told(...asked: Parameters<ConsolePages['told']>) {
    return this.console.told(...asked);
  }

  private get file(): string {
    return this.config.clientsFile ?? `${this.config.dataDir}/clients.yaml`;
  }
}

/** An identifier as a part of an address, where its slashes would be those of the address. */
function partOf(identifier: string): string {
  return `~${Buffer.from(identifier).toString('base64url')}`;
}

function identifierIn(part: string): string {
  return part.startsWith('~') ? Buffer.from(part.slice(1), 'base64url').toString() : '';
}
