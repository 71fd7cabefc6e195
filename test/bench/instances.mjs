import { randomBytes } from 'node:crypto';
import pg from 'pg';
import startPostgresql from '../support/global-setup.mjs';
import { addPeople, gatehouseSettings, startGatehouse } from './gatehouse.mjs';
import { signIn } from './journeys.mjs';
import { freePort } from './process.mjs';
import { measureRow, ROWS } from './rows.mjs';
import { Subject } from './subjects.mjs';

const MEASURED = ['client-credentials', 'introspection', 'userinfo', 'refresh', 'sso'];

/** Milliseconds between a worker's operations: few enough that nobody waits for a core. */
const PACE = 40;

/** What an operation costs when two instances share one PostgreSQL and the load, against one instance alone. */
export default async function instances({ folder, subjects, seconds, say }) {
  await startPostgresql();
  const admin = process.env.GATEHOUSE_TEST_POSTGRESQL;
  if (!admin) return 'PostgreSQL is not installed: nothing was measured';
  try {
    return await measureOn(await freshDatabase(admin), { folder, subjects, seconds, say });
  } finally {
    for (const subject of subjects) await subject.server?.stop();
    globalThis.postgresql.stop();
  }
}

async function measureOn(DATABASE_URL, { folder, subjects, seconds, say }) {
  const env = await gatehouseSettings(folder, { DATABASE_URL });
  const people = await addPeople(env, 200);
  const { host } = new URL(env.GATEHOUSE_URL);
  for (const port of [env.GATEHOUSE_PORT, String(await freePort())]) {
    const start = () => startGatehouse({ ...env, GATEHOUSE_PORT: port }, `instance at ${port}`);
    const subject = new Subject(start, people.splice(0, 100), signIn, host);
    subjects.push(subject);
    await subject.restart();
  }
  const limit = { seconds, most: 200_000 };
  const lines = ['CPU per operation on PostgreSQL, one instance, then two at once (goal: ≤ 1.15 ×)'];
  for (const id of MEASURED) {
    say(ROWS[id].title);
    const [first] = subjects;
    await Promise.all(subjects.map((subject) => measureRow(ROWS[id], subject, limit)));
    const alone = await measureRow(ROWS[id], first, { ...limit, pace: PACE });
    const half = { ...limit, pace: 2 * PACE };
    const both = await Promise.all(subjects.map((subject) => measureRow(ROWS[id], subject, half)));
    const count = both.reduce((sum, each) => sum + each.count, 0);
    const cpu = both.reduce((sum, each) => sum + each.cpu * each.count, 0) / count;
    lines.push(
      `  ${ROWS[id].title}: ${alone.cpu.toFixed(0)} µs, ${cpu.toFixed(0)} µs: ${(cpu / alone.cpu).toFixed(2)} ×`,
    );
  }
  return lines.join('\n');
}

async function freshDatabase(admin) {
  const name = `bench_${randomBytes(6).toString('hex')}`;
  const client = new pg.Client(admin);
  await client.connect();
  await client.query(`CREATE DATABASE ${name}`);
  await client.end();
  const url = new URL(admin);
  url.pathname = `/${name}`;
  return url.href;
}
