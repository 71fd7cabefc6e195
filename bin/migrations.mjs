// npm run migration:create -- 0002-name   writes the next migration for both databases from the entities
// npm run migration:check                 fails when the entities and the migrations of either database differ
// Neither needs a running database but `create` on an empty folder, for PostgreSQL (DATABASE_URL).
import { MikroORM } from '@mikro-orm/core';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const [command, name] = process.argv.slice(2);
const { entities } = await import('../dist/src/entities.js');
const { migrations } = await import('../dist/src/migrations.js');
const { ormOptions } = await import('../dist/src/database/options.js');

const scratch = mkdtempSync(join(tmpdir(), 'gatehouse-migrations-'));
const databases = [
  { kind: 'sqlite', file: join(scratch, 'scratch.sqlite') },
  { kind: 'postgresql', url: process.env.DATABASE_URL ?? 'postgresql://localhost:1/none' },
];
try {
  for (const database of databases) {
    const options = await ormOptions(database, entities, migrations);
    const orm = await MikroORM.init({
      ...options,
      migrations: { ...options.migrations, fileName: () => name },
    });
    if (command === 'create') {
      const { fileName } = await orm.migrator.create();
      if (fileName) nameIt(join(options.migrations.path, fileName));
      console.log(
        fileName
          ? `migrations/${database.kind}/${fileName}: add it to src/migrations.ts`
          : `${database.kind}: nothing to change`,
      );
    } else if (await orm.migrator.checkSchema()) {
      console.error(
        `${database.kind}: the entities have changed; run: npm run migration:create -- <number>-<name>`,
      );
      process.exitCode = 1;
    } else {
      console.log(`${database.kind}: the migrations match the entities`);
    }
    await orm.close(true);
  }
} finally {
  rmSync(scratch, { recursive: true });
}

/** The generator names a class by the time of day; both databases' migrations are called what their file is called. */
function nameIt(file) {
  const text = readFileSync(file, 'utf8')
    .replace(/export class \w+/, `export class Migration${name.replace(/\W/g, '_')}`)
    .replace(/override name = '\w+'/, `override name = '${name}'`);
  writeFileSync(file, text);
}
