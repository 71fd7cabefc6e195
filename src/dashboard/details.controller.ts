import { Controller, Get, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Audit } from '../audit/audit.service.js';
import { Form, type FieldErrors, type Submitted } from '../http/form.js';
import { SignedIn } from '../oidc/sessions/signed-in.guard.js';
import type { Account } from '../users/account.entity.js';
import { ADDRESS_PARTS, DetailsForm, filledIn, OWN_DETAILS } from '../users/details.js';
import { PersonFacts } from '../users/person-facts.service.js';
import { AccountPages } from './account-pages.js';

interface Field {
  readonly id: keyof DetailsForm;
  readonly label: string;
  /** What a browser may fill in. */
  readonly autocomplete: string;
  readonly type?: 'tel' | 'url';
  readonly hint?: string;
}

/** The page's fields in its order. */
const SECTIONS: readonly { readonly legend: string; readonly fields: readonly Field[] }[] = [
  {
    legend: 'dashboard.details.section.name',
    fields: [
      { id: 'givenName', label: 'dashboard.details.givenName', autocomplete: 'given-name' },
      { id: 'middleName', label: 'dashboard.details.middleName', autocomplete: 'additional-name' },
      { id: 'familyName', label: 'dashboard.details.familyName', autocomplete: 'family-name' },
      { id: 'nickname', label: 'dashboard.details.nickname', autocomplete: 'nickname' },
    ],
  },
  {
    legend: 'dashboard.details.section.phone',
    fields: [
      {
        id: 'phoneNumber',
        label: 'dashboard.details.phoneNumber',
        autocomplete: 'tel',
        type: 'tel',
        hint: 'dashboard.details.phoneNumber-hint',
      },
    ],
  },
  {
    legend: 'dashboard.details.section.address',
    fields: [
      { id: 'street', label: 'dashboard.details.street', autocomplete: 'address-line1' },
      { id: 'postalCode', label: 'dashboard.details.postalCode', autocomplete: 'postal-code' },
      { id: 'locality', label: 'dashboard.details.locality', autocomplete: 'address-level2' },
      { id: 'region', label: 'dashboard.details.region', autocomplete: 'address-level1' },
      { id: 'country', label: 'dashboard.details.country', autocomplete: 'country-name' },
    ],
  },
  {
    legend: 'dashboard.details.section.about',
    fields: [
      {
        id: 'birthdate',
        label: 'dashboard.details.birthdate',
        autocomplete: 'bday',
        hint: 'dashboard.details.birthdate-hint',
      },
      { id: 'gender', label: 'dashboard.details.gender', autocomplete: 'sex' },
      { id: 'profilePage', label: 'dashboard.details.profilePage', autocomplete: 'off', type: 'url' },
      { id: 'website', label: 'dashboard.details.website', autocomplete: 'url', type: 'url' },
    ],
  },
];

/** What applications may ask for beside one's name. All of it may be left empty, and nothing of it is checked by anybody. */
@Controller('dashboard/details')
export class DetailsController {
  constructor(
    private readonly facts: PersonFacts,
    private readonly pages: AccountPages,
    private readonly audit: Audit,
  ) {}

  @SignedIn()
  @Get()
  async ask(@Req() req: Request, @Res() res: Response): Promise<void> {
    await this.show(req, res, filledIn(req.person!.account));
  }

  @SignedIn()
  @Post()
  async change(
    @Req() req: Request,
    @Res() res: Response,
    @Form(DetailsForm) submitted: Submitted<DetailsForm>,
  ): Promise<void> {
    if (!submitted.valid) return this.show(req, res, submitted.values, submitted.errors);
    const { account } = req.person!;
    if ((await this.facts.changeDetails(account, submitted.form)) === 'changed')
      await this.audit.record('details.changed', { accountId: account.id }, req);
    this.pages.done(res, '/details', 'details-changed');
  }

  private async show(
    req: Request,
    res: Response,
    values: Record<string, string>,
    errors?: FieldErrors,
  ): Promise<void> {
    const texts = (field: string) => errors?.[field] && { error: this.pages.text(req, errors[field]) };
    const set = setByOperators(req.person!.account);
    await this.pages.show(req, res, 'details', {
      ...(errors ? { errors } : {}),
      action: this.pages.url('/details'),
      profileUrl: this.pages.url('/profile'),
      sections: SECTIONS.map(({ legend, fields }) => ({
        legend,
        fields: fields.map((field) => ({
          type: 'text',
          ...field,
          value: values[field.id] ?? '',
          fixed: set.has(field.id) || undefined,
          ...texts(field.id),
        })),
      })),
      self: '/dashboard/details',
    });
  }
}

/** The fields that applications get from operators, whatever is written here. */
function setByOperators({ attributes }: Account): Set<string> {
  const claims: Record<string, string> = { ...OWN_DETAILS, phoneNumber: 'phone_number' };
  const names = Object.keys(claims).filter((field) => attributes?.[claims[field]!] !== undefined);
  return new Set([...names, ...(attributes?.['address'] ? Object.keys(ADDRESS_PARTS) : [])]);
}
