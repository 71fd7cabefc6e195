import { Global, Module, type DynamicModule } from '@nestjs/common';
import { Clock, SystemClock } from '../kernel/clock.js';
import { Events } from '../kernel/events.js';
import { Secrets } from '../kernel/secrets.js';
import { Config } from './config.js';

/** Owns the configuration and what the kernel makes of it (clock, secrets, events). It knows nothing of the database. */
@Global()
@Module({})
export class ConfigModule {
  static with(config: Config, clock: Clock = new SystemClock()): DynamicModule {
    const providers = [
      { provide: Config, useValue: config },
      { provide: Clock, useValue: clock },
      { provide: Secrets, useValue: new Secrets(config.masterSecret) },
      { provide: Events, useValue: new Events() },
    ];
    return { module: ConfigModule, providers, exports: providers };
  }
}
