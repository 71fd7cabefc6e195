import { randomBytes } from 'node:crypto';
import type { Config } from '../config/config.js';
import { connected } from './connection.js';
import { BackupFailure } from './failures.js';

/** A schema for what stood there before. One that is left over is of a restore that was killed: its tables are whole. */
const ASIDE = 'gatehouse_before_restore_';

/**
 * Fills a PostgreSQL database anew. The tables that stand there are moved aside, and are gone for good once the others are
 * there; if these do not come, everything is as it was.
 * @throws BackupFailure
 */
export async function inPlaceOf(
  tables: readonly string[],
  database: Config['database'],
  fill: () => Promise<void>,
): Promise<void> {
  if (tables.length === 0) return fill();
  const aside = ASIDE + randomBytes(4).toString('hex');
  const own = await connected(database, async (ask) => {
    const [row] = await ask<{ name: string }>('SELECT current_schema() AS name');
    return row!.name;
  });
  const moved = (from: string, to: string) =>
    tables.map((name) => `ALTER TABLE "${from}"."${name}" SET SCHEMA "${to}"`);
  await together(database, [`CREATE SCHEMA "${aside}"`, ...moved(own, aside)]).catch((cause: Error) => {
    throw new BackupFailure(
      'program-failed',
      `the tables that are there cannot be moved aside (${cause.message}): stop every server, and let the user of DATABASE_URL create a schema; or empty the database yourself`,
      cause,
    );
  });
  try {
    await fill();
  } catch (error) {
    await together(database, [...moved(aside, own), `DROP SCHEMA "${aside}"`]);
    throw error;
  }
  await together(database, [`DROP SCHEMA "${aside}" CASCADE`]);
}

/** One statement, and so one transaction. */
async function together(database: Config['database'], statements: readonly string[]): Promise<void> {
  await connected(database, (ask) => ask(`DO $$ BEGIN ${statements.join('; ')}; END $$`));
}
