import { MikroORM } from '@mikro-orm/core';
import { MikroOrmModule } from '@mikro-orm/nestjs';
import { Global, Module, type DynamicModule } from '@nestjs/common';
import type { Config } from '../config/config.js';
import { migrate } from './migrate.js';
import { ormOptions, type Entities, type MigrationList } from './options.js';
import { Schema } from './schema.js';
import { Sql } from './sql.js';

/** Injected by whatever reads a table while the program starts: it exists once the schema is up to date. */
export class Migrated {}

/**
 * Owns the connection and the ways to it: an EntityManager to fork, and `Sql`.
 * It knows no table: entities belong to the folders that use them, and `src/entities.ts` lists them.
 */
@Global()
@Module({})
export class DatabaseModule {
  static async with(config: Config, entities: Entities, migrations: MigrationList): Promise<DynamicModule> {
    const options = await ormOptions(config.database, entities, migrations);
    return {
      module: DatabaseModule,
      imports: [
        MikroOrmModule.forRoot({
          ...options,
          // Every service forks for itself: the provider's callback would be outside a request context anyway.
          registerRequestContext: false,
        } as never) as DynamicModule,
      ],
      providers: [
        { provide: Sql, inject: [MikroORM, Migrated], useFactory: (orm: MikroORM) => Sql.of(orm, config) },
        {
          provide: Migrated,
          inject: [MikroORM],
          useFactory: async (orm: MikroORM) => {
            await migrate(orm, { config, entities, migrations });
            return new Migrated();
          },
        },
        {
          provide: Schema,
          inject: [Sql],
          useFactory: (sql: Sql) =>
            new Schema(
              sql,
              migrations[config.database.kind].map(({ name }) => name),
            ),
        },
      ],
      exports: [Sql, Migrated, Schema],
    };
  }
}
