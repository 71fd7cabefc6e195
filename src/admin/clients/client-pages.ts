import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Config } from '../../config/config.js';
import { notFound } from '../../kernel/errors.js';
import type { PageData } from '../../http/pages.js';
import { ConsolePages } from '../console/console-pages.js';
import { clientIdIn, clientPath } from './client-path.js';
import type { ManagedClient } from './managed-client.js';
import { ManagedClients } from './managed-clients.service.js';

/** What the pages about clients have in common. */
@Injectable()
export class ClientPages {
  constructor(
    private readonly config: Config,
    private readonly console: ConsolePages,
    private readonly clients: ManagedClients,
  ) {}

  /** @param part of the address @throws notFound */
  async client(part: string): Promise<ManagedClient> {
    const client = await this.clients.find(clientIdIn(part));
    if (!client) throw notFound();
    return client;
  }

  /** One that is changed here. @throws notFound for one that is only shown */
  async ours(part: string): Promise<ManagedClient> {
    const client = await this.client(part);
    if (client.origin !== 'operator') throw notFound();
    return client;
  }

  show(req: Request, res: Response, page: string, data: PageData, status?: number): void {
    this.console.show(req, res, `clients/${page}`, { listUrl: this.url(), ...data }, status);
  }

  /** Back to a client's page. */
  done(res: Response, id: string, notice: string): void {
    this.console.done(res, `/clients/${clientPath(id)}`, notice);
  }

  doneWithAll(res: Response, notice: string): void {
    this.console.done(res, '/clients', notice);
  }

  url(id?: string, page = ''): string {
    return this.console.url(id === undefined ? '/clients' : `/clients/${clientPath(id)}${page}`);
  }

  newUrl(template = ''): string {
    return this.console.url(`/clients/new${template && `/${template}`}`);
  }

  text(req: Request, key: string, params: Record<string, string | number> = {}): string {
    return this.console.text(req, { key, params });
  }

  told(...asked: Parameters<ConsolePages['told']>) {
    return this.console.told(...asked);
  }

  /** Who an application has to ask, and where. */
  discovery({ id, metadata }: ManagedClient) {
    const { issuer } = this.config;
    return [
      { name: 'issuer', value: issuer },
      { name: 'client_id', value: id },
      { name: 'discovery', value: `${issuer}/.well-known/openid-configuration` },
      { name: 'authorization_endpoint', value: `${issuer}/oidc/auth` },
      { name: 'token_endpoint', value: `${issuer}/oidc/token` },
      { name: 'userinfo_endpoint', value: `${issuer}/oidc/userinfo` },
      { name: 'jwks_uri', value: `${issuer}/oidc/jwks` },
      { name: 'end_session_endpoint', value: `${issuer}/oidc/session/end` },
      { name: 'scope', value: [metadata['scope'], metadata['api_scope']].filter(Boolean).join(' ') },
    ];
  }
}
