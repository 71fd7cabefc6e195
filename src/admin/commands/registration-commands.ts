import { Injectable } from '@nestjs/common';
import { Provider } from 'oidc-provider';
import { Audit } from '../../audit/audit.service.js';
import { RegisteredClients, type KnownClient } from '../../clients/registered-clients.service.js';
import { Config } from '../../config/config.js';
import { BadSetting, duration } from '../../config/parsers.js';
import { DAY, MINUTE, SECOND } from '../../kernel/clock.js';
import { initialAccessToken } from '../../oidc/registration/registration.js';
import { Registrations } from '../../oidc/registration/registrations.service.js';
import { SHELL } from '../actor.js';
import type { Outcome } from './outcome.js';
import type { RegistrationCommand } from './registration-commands.list.js';

/** What an operator does from the shell about applications that register themselves. */
@Injectable()
export class RegistrationCommands {
  constructor(
    private readonly config: Config,
    private readonly provider: Provider,
    private readonly clients: RegisteredClients,
    private readonly registrations: Registrations,
    private readonly audit: Audit,
  ) {}

  async run(command: RegistrationCommand, [first = '', second = '']: string[]): Promise<Outcome> {
    if (command === 'clients') return this.list();
    return command === 'clients remove' ? this.remove(first) : this.token(first, second);
  }

  private async list(): Promise<Outcome> {
    const clients = await this.clients.list();
    return {
      done: true,
      message: clients.map(line).join('\n') || 'there is no application',
      facts: { clients: clients.map(forScripts) },
    };
  }

  private async remove(id: string): Promise<Outcome> {
    const people = await this.registrations.remove(id, SHELL);
    const message =
      people === undefined
        ? `no application registered itself as ${JSON.stringify(id)}; what the clients file or an operator declares is removed there`
        : `removed, with everything that ${people} ${people === 1 ? 'person' : 'people'} had allowed it`;
    return { done: people !== undefined, message, ...(people === undefined ? {} : { facts: { people } }) };
  }

  private async token(uses: string, lifetime: string): Promise<Outcome> {
    if (this.config.clientRegistration !== 'token')
      return { done: false, message: 'no token is asked for: GATEHOUSE_CLIENT_REGISTRATION is not token' };
    if (uses !== 'once' && uses !== 'many')
      return { done: false, message: 'say once, for one application, or many, for as many as come' };
    const milliseconds = lifetimeOf(lifetime);
    if (typeof milliseconds === 'string') return { done: false, message: milliseconds };
    const token = await initialAccessToken(this.provider, uses, Math.floor(milliseconds / SECOND));
    await this.audit.record('client.registration-token-made', { detail: { by: 'shell', uses, lifetime } });
    return { done: true, message: token, facts: { token } };
  }
}

function lifetimeOf(text: string): number | string {
  try {
    return duration(MINUTE, 365 * DAY)(text);
  } catch (error) {
    if (error instanceof BadSetting) return error.message;
    throw error;
  }
}

function forScripts({ id, name, origin, registeredAt, lastUsedAt }: KnownClient) {
  const registered = registeredAt === undefined ? null : new Date(registeredAt);
  return { id, name, origin, registeredAt: registered, lastUsedAt: lastUsedAt ?? null };
}

/** Names were chosen by strangers: each is written as JSON, so that none makes lines of its own. */
function line({ id, name, origin, registeredAt, lastUsedAt }: KnownClient): string {
  const facts =
    registeredAt === undefined
      ? [origin === 'file' ? 'clients file' : 'operators’ pages']
      : [
          `registered ${new Date(registeredAt).toISOString()}`,
          lastUsedAt ? `last used ${lastUsedAt.toISOString()}` : 'never used',
        ];
  return `${origin === 'registered' ? id : JSON.stringify(id)}  ${JSON.stringify(name)}  ${facts.join(', ')}`;
}
