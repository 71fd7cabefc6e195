import { Controller, Get } from '@nestjs/common';
import { Config } from '../../config/config.js';
import { programVersion } from '../../config/version.js';
import { Clock } from '../../kernel/clock.js';
import { Outbox } from '../../mail/outbox.js';
import { Api } from './api.guard.js';
import { ok, operation, type Answer } from './operation.js';
import { among, flag, moment, shape, text, type Of } from './schema.js';

const Server = shape('Server', {
  version: text(),
  issuer: text({ format: 'uri' }),
  time: moment('What time it is here'),
  database: among(['sqlite', 'postgresql']),
  mail: flag('Whether letters are sent'),
  registrationOpen: flag('Whether anybody may register'),
});

const SHOW = operation({
  id: 'getServer',
  summary: 'What this server is',
  answers: { 200: Server },
});

@Controller('api/v1/server')
export class ServerController {
  private readonly version = programVersion();

  constructor(
    private readonly config: Config,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
  ) {}

  @Api('server.read', SHOW)
  @Get()
  show(): Answer {
    const { issuer, database, registrationOpen } = this.config;
    const server: Of<typeof Server> = {
      version: this.version,
      issuer,
      time: this.clock.now().toISOString(),
      database: database.kind,
      mail: this.outbox.isOpen,
      registrationOpen,
    };
    return ok(server);
  }
}
