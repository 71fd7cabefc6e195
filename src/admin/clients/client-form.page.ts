import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { ClientMistake } from '../../clients/client-rules.js';
import { Config } from '../../config/config.js';
import type { PageData } from '../../http/pages.js';
import { shownField, type FormField } from '../console/form-fields.js';
import { tidy, type FormValues } from '../console/merged-form.js';
import { FORM_FIELDS, FORM_PARTS } from './client-fields.js';
import { toForm } from './client-form.js';
import type { ClientPreview } from './client-preview.js';
import { ClientPages } from './client-pages.js';

/** What a choice is called; what is not here is called what it is. */
const OPTION_WORDS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  consent: {
    '': 'admin.clients.consent.default',
    remember: 'admin.clients.consent.remember',
    always: 'admin.clients.consent.always',
    never: 'admin.clients.consent.never',
  },
  application_type: { web: 'admin.clients.type.web', native: 'admin.clients.type.native' },
  profile: { '': 'admin.clients.profile.none' },
  token_endpoint_auth_method: { none: 'admin.clients.auth-method.none' },
};

const USUAL = toForm({});

/** The form of a client, new or not: its fields with what stands in them, and what is wrong with each. */
@Injectable()
export class ClientFormPage {
  constructor(
    private readonly config: Config,
    private readonly pages: ClientPages,
  ) {}

  show(
    req: Request,
    res: Response,
    page: 'new' | 'edit',
    {
      values,
      mistakes = [],
      ...data
    }: PageData & { values: FormValues; mistakes?: readonly ClientMistake[]; preview?: ClientPreview },
  ): void {
    const told = this.pages.told(req, mistakes, placeOf);
    const at = (name: string) => told.filter(({ field }) => placeOf(field) === name);
    const shown = (field: FormField) =>
      shownField(field, values, at(field.name), (name, option) => this.word(req, name, option));
    this.pages.show(
      req,
      res,
      page,
      {
        color: data.preview?.color,
        values,
        parts: FORM_PARTS.map(({ fields, ...part }) => ({
          ...part,
          fields: fields.filter((field) => this.isOffered(field, values)).map(shown),
          isOpen: fields.some(({ name }) => !isUsual(name, values) || at(name).length > 0),
        })),
        idMistakes: at('client_id'),
        restMistakes: at('rest'),
        others: told.filter(({ field }) => field === undefined),
        hasMistakes: mistakes.length > 0,
        ...data,
      },
      mistakes.length > 0 || data.errors || data['isStale'] ? 422 : 200,
    );
  }

  private isOffered({ name }: FormField, values: FormValues): boolean {
    return name !== 'grant_implicit' || this.config.legacyFlows || values[name] === 'yes';
  }

  private word(req: Request, field: string, value: string): string {
    const key = OPTION_WORDS[field]?.[value];
    return key === undefined ? value : this.pages.text(req, key);
  }
}

/** Whether the form would be the same if nobody had said anything here. */
function isUsual(name: string, values: FormValues): boolean {
  return tidy(values[name]) === tidy(USUAL[name]);
}

/** Where in the form a field of a client stands. */
function placeOf(field: string | undefined): string | undefined {
  if (field === undefined) return undefined;
  if (field === 'client_id' || FORM_FIELDS.some(({ name }) => name === field)) return field;
  if (field === 'grant_types') return 'grant_code';
  return field === 'require_pkce' ? 'without_pkce' : 'rest';
}
