import { MikroORM, type Options } from '@mikro-orm/core';
import { existsSync, statSync } from 'node:fs';
import type { Config } from '../../config/config.js';
import { ormOptions, type Entities, type MigrationList } from '../../database/options.js';
import { Schema } from '../../database/schema.js';
import { Sql } from '../../database/sql.js';
import type { Clock } from '../../kernel/clock.js';
import type { Time } from './clock.check.js';
import { databaseAwayFinding, latencyFinding, schemaFinding, versionFinding } from './database.findings.js';
import { fine, type Finding } from './findings.js';
import { keysFindings } from './keys.check.js';
import type { SecretState } from './secret.check.js';
import { webhooksFindings } from './webhooks.check.js';

const ROUNDS = 5;

export interface DatabaseExamined {
  readonly findings: Finding[];
  readonly times: Time[];
  /** Whether it holds signing keys; undefined: it could not be asked. */
  readonly hasKeys: boolean | undefined;
}

interface Means {
  readonly config: Config;
  readonly clock: Clock;
  readonly uid: number | undefined;
  readonly secret: SecretState;
  readonly entities: Entities;
  readonly migrations: MigrationList;
}

/** Opens the database as the server does, migrates nothing, and closes it again. */
export async function databaseFindings(means: Means): Promise<DatabaseExamined> {
  const { database } = means.config;
  if (database.kind === 'sqlite') {
    const untouched = leaveAlone(database.file, means.uid);
    if (untouched) return { findings: [untouched], times: [], hasKeys: undefined };
  }
  let orm: MikroORM | undefined;
  try {
    orm = await MikroORM.init((await ormOptions(database, means.entities, means.migrations)) as Options);
    return await examined(orm, means);
  } catch (thrown) {
    return { findings: [databaseAwayFinding(database, thrown)], times: [], hasKeys: undefined };
  } finally {
    await orm?.close(true);
  }
}

/** SQLite makes files beside its own, which would then be those of whoever runs this. */
function leaveAlone(file: string, uid: number | undefined): Finding | undefined {
  try {
    if (!existsSync(file)) return fine('database', `${file} does not exist yet: the first start makes it`);
    if (uid === undefined || statSync(file).uid === uid) return undefined;
    return fine('database', `${file} was not opened: it is not this user's`);
  } catch {
    return fine('database', `${file} was not opened: it cannot be reached`);
  }
}

async function examined(orm: MikroORM, means: Means): Promise<DatabaseExamined> {
  const { config, clock, migrations } = means;
  const sql = await Sql.of(orm, config);
  const { kind } = config.database;
  const latency = await medianLatency(sql);
  const names = migrations[kind].map(({ name }) => name);
  const state = await new Schema(sql, names).state();
  const findings = [await versionOf(sql, kind), latencyFinding(latency), schemaFinding(state)];
  const times = kind === 'postgresql' ? [await timeOf(sql, clock)] : [];
  // What this program reads is there only once everything has been migrated.
  if (state.pending.length > 0) return { findings, times, hasKeys: state.isEmpty ? false : undefined };
  const keys = await keysFindings(orm.em, means);
  const webhooks = await webhooksFindings(sql, clock);
  return { findings: [...findings, ...keys.findings, ...webhooks], times, hasKeys: keys.count > 0 };
}

async function medianLatency(sql: Sql): Promise<number> {
  const latencies: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const started = performance.now();
    await sql.rows('SELECT 1 AS one');
    latencies.push(performance.now() - started);
  }
  return latencies.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)]!;
}

async function versionOf(sql: Sql, kind: Config['database']['kind']): Promise<Finding> {
  const text = kind === 'sqlite' ? 'SELECT sqlite_version() AS version' : 'SHOW server_version';
  const [row] = await sql.rows<{ version?: string; server_version?: string }>(text);
  return versionFinding(kind, row?.version ?? row?.server_version ?? '');
}

async function timeOf(sql: Sql, clock: Clock): Promise<Time> {
  const before = clock.now().getTime();
  const text = 'SELECT extract(epoch FROM clock_timestamp()) * 1000 AS time';
  const [row] = await sql.rows<{ time: string }>(text);
  const middle = (before + clock.now().getTime()) / 2;
  return { whose: 'the database', ahead: Number(row!.time) - middle };
}
