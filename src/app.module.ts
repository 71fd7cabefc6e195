import { Module, type DynamicModule } from '@nestjs/common';
import { AdminModule } from './admin/admin.module.js';
import { ApiModule } from './admin/api/api.module.js';
import { ConfigModule } from './config/config.module.js';
import type { Config } from './config/config.js';
import { DashboardModule } from './dashboard/dashboard.module.js';
import { DatabaseModule } from './database/database.module.js';
import { entities } from './entities.js';
import type { Clock } from './kernel/clock.js';
import { migrations } from './migrations.js';
import { OpsModule } from './ops/ops.module.js';
import { SignInModule } from './sign-in/sign-in.module.js';
import { TestAppModule } from './test-app/test-app.module.js';

/** The only list of modules. */
@Module({})
export class AppModule {
  static with(config: Config, clock?: Clock): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.with(config, clock),
        DatabaseModule.with(config, entities, migrations),
        SignInModule,
        DashboardModule,
        ...(config.testApp ? [TestAppModule] : []),
        AdminModule,
        ApiModule,
        OpsModule,
      ],
    };
  }
}
