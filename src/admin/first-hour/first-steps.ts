import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { Audit } from '../../audit/audit.service.js';
import { TEST_APP_CLIENT_ID } from '../../clients/built-in-clients.js';
import { Config } from '../../config/config.js';
import { Sql } from '../../database/sql.js';
import type { MessageRef } from '../../http/form.js';
import { addressDifference, seenAddress } from '../../http/seen-address.js';
import { STEP_TEXTS } from './first-steps.texts.js';

export interface FirstStep {
  readonly name: keyof typeof STEP_TEXTS;
  readonly heading: string;
  readonly isDone: boolean;
  /** How it stands. */
  readonly text: MessageRef;
  /** Where it is done, below the public URL, and what leads there; absent: in the settings alone. */
  readonly way?: { readonly page: string; readonly label: string };
}

/** How far a new server has come. Nothing stores it: each step is concluded from what there is. */
@Injectable()
export class FirstSteps {
  constructor(
    private readonly config: Config,
    private readonly sql: Sql,
    private readonly audit: Audit,
  ) {}

  async of(req: Request): Promise<FirstStep[]> {
    const { id } = req.person!.account;
    return [
      this.address(req),
      await this.mail(id),
      await this.client(),
      await this.test(id),
      await this.people(id),
    ];
  }

  private address({ rawHeaders }: Request): FirstStep {
    const texts = STEP_TEXTS.address;
    const seen = seenAddress(rawHeaders);
    const found = seen === undefined ? 'unknown' : addressDifference(seen, this.config.origin);
    // Https where http is set: not the proxy is wrong, but the setting.
    const difference = found === 'scheme' && !this.config.isHttps ? 'host' : found;
    const agreed = this.config.isHttps ? 'same' : 'local';
    return {
      name: 'address',
      heading: texts.heading,
      isDone: difference === undefined,
      text: {
        key: texts[difference ?? agreed],
        params: { seen: seen ?? '', configured: this.config.issuer },
      },
    };
  }

  private async mail(accountId: string): Promise<FirstStep> {
    const texts = STEP_TEXTS.mail;
    const last = this.config.smtp && (await this.audit.last('mail.tested', accountId));
    const tried = last ? (last.succeeded ? texts.done : texts.failed) : texts.open;
    return {
      name: 'mail',
      heading: texts.heading,
      isDone: last?.succeeded ?? false,
      text: this.config.smtp ? tried : texts.off,
      way: { page: '/admin/mail-test', label: texts.action },
    };
  }

  private async client(): Promise<FirstStep> {
    return this.step(
      'client',
      '/admin/clients/new',
      await this.exists('SELECT 1 AS one FROM client LIMIT 1'),
    );
  }

  /** It is an application that asks for consent, whatever session there is already: that is what can be seen of it. */
  private async test(accountId: string): Promise<FirstStep> {
    const { heading, off } = STEP_TEXTS.test;
    if (!this.config.testApp) return { name: 'test', heading, isDone: false, text: off };
    const consents = `SELECT 1 AS one FROM audit_event
      WHERE account_id = ? AND client_id = ? AND name = 'consent.given' LIMIT 1`;
    return this.step('test', '/test-app', await this.exists(consents, accountId, TEST_APP_CLIENT_ID));
  }

  private async people(accountId: string): Promise<FirstStep> {
    const others = 'SELECT 1 AS one FROM account WHERE id <> ? LIMIT 1';
    return this.step('people', '/admin/users/invite', await this.exists(others, accountId));
  }

  private step(name: 'client' | 'test' | 'people', page: string, isDone: boolean): FirstStep {
    const { heading, action, open, done } = STEP_TEXTS[name];
    return { name, heading, isDone, text: isDone ? done : open, way: { page, label: action } };
  }

  private async exists(statement: string, ...params: unknown[]): Promise<boolean> {
    return (await this.sql.rows(statement, ...params)).length > 0;
  }
}
