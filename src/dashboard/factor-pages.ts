import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { FieldErrors } from '../http/form.js';
import { Pages } from '../http/pages.js';
import { Authenticators } from '../mfa/authenticators.service.js';
import { isWeakSeed } from '../mfa/seed.js';
import { SecondFactors } from '../mfa/second-factors.service.js';
import { backupCodesData } from '../mfa/set-up-page.js';
import { AccountPages } from './account-pages.js';
import { factorLists, secondFactorData } from './second-factor-data.js';

/** What the pages under /dashboard/second-factor have in common: the list they lead back to, and the backup codes. */
@Injectable()
export class FactorPages {
  constructor(
    private readonly secondFactors: SecondFactors,
    private readonly authenticators: Authenticators,
    private readonly accountPages: AccountPages,
    private readonly pages: Pages,
  ) {}

  /** @param page below /dashboard/second-factor, such as "/set-up" */
  url(page: string): string {
    return this.accountPages.url(`/second-factor${page}`);
  }

  /** Where somebody goes whose last way in would be removed. */
  get passwordUrl(): string {
    return this.accountPages.url('/password');
  }

  /** @param refused a name that was not taken, to be shown again where it was typed */
  async showList(
    req: Request,
    res: Response,
    refused?: { readonly id: string; readonly name: string; readonly errors: FieldErrors },
  ): Promise<void> {
    const { account } = req.person!;
    const enrolled = await this.secondFactors.enrolled(account.id);
    const { authenticatorList, passkeyList, authenticatorsFull } = factorLists(enrolled, (each) =>
      isWeakSeed(this.authenticators.seedOf(each)),
    );
    const typed = <Item extends { id: string }>(item: Item) =>
      item.id === refused?.id
        ? { ...item, typed: refused.name, error: this.pages.text(req, refused.errors['name']!) }
        : item;
    await this.accountPages.show(req, res, 'second-factor', {
      secondFactor: secondFactorData(enrolled),
      authenticatorList: authenticatorList.map(typed),
      passkeyList: passkeyList.map(typed),
      authenticatorsFull,
      hasPassword: account.passwordHash !== null,
      setUpUrl: this.url('/set-up'),
      newPasskeyUrl: this.url('/passkeys/new'),
      authenticatorsUrl: this.url('/authenticators'),
      passkeysUrl: this.url('/passkeys'),
      newCodesAction: this.url('/backup-codes/new'),
      backupCodesUrl: this.url('/backup-codes'),
      turnOffUrl: this.url('/turn-off'),
      self: '/dashboard/second-factor',
      ...(refused ? { errors: refused.errors } : {}),
    });
  }

  toList(res: Response, done?: string): void {
    this.accountPages.done(res, '/second-factor', done);
  }

  /** After a factor was added: the account's first backup codes are shown now, and never again. */
  added(req: Request, res: Response, codes: string[] | undefined, done: string): void {
    if (codes) this.showCodes(req, res, backupCodesData(codes));
    else this.toList(res, done);
  }

  showCodes(
    req: Request,
    res: Response,
    data: { codes?: string[]; downloadHref?: string; errors?: FieldErrors },
  ): void {
    this.pages.show(req, res, 'dashboard/backup-codes', {
      action: this.url('/backup-codes'),
      newCodesAction: this.url('/backup-codes/new'),
      ...data,
      self: '/dashboard/second-factor/backup-codes',
    });
  }
}

/** A set-up belongs to the session it was begun in: see Authenticators.offer. */
export function ceremony(req: Request): string {
  return `session:${req.person!.sessionUid}`;
}
