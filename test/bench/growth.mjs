import Database from 'better-sqlite3';
import { join } from 'node:path';
import { measureRow, ROWS } from './rows.mjs';
import { gatehouse } from './subjects.mjs';

const PEOPLE = 1_000;
/** Of the records that are added, so many in a hundred have expired: what a clean-up finds after it was away for days. */
const EXPIRED = 1;
/** Seconds: the clean-up begins a minute after the start. */
const UNTIL_CLEAN_UP = 62;

/** Whether more users and records make a token slower, and whether the clean-up keeps anybody waiting. */
export default async function growth({ folder, subjects, seconds, say, options }) {
  const users = Number(options.users ?? 1e6);
  const records = Number(options.records ?? 1e7);
  const subject = await gatehouse(folder, { people: PEOPLE });
  subjects.push(subject);
  await subject.restart();
  const limit = { seconds, most: 200_000 };
  const measure = async () => ({
    refresh: await measureRow(ROWS.refresh, subject, limit),
    sso: await measureRow(ROWS.sso, subject, limit),
    userinfo: await measureRow(ROWS.userinfo, subject, limit),
  });
  await measure();
  const before = await measure();
  await subject.server.stop();
  say(`adding ${users - PEOPLE} users and ${records} records`);
  fill(join(folder, 'gatehouse', 'gatehouse.sqlite'), users - PEOPLE, records);
  await subject.restart();
  await measure();
  const after = await measure();
  say('waiting for the clean-up');
  await new Promise((resolve) => setTimeout(resolve, UNTIL_CLEAN_UP * 1000));
  const quiet = (await subject.server.usage({ collect: true })).stallP99;
  const during = await measureRow(ROWS.userinfo, subject, { ...limit, seconds: 10 });
  const { stallP99 } = await subject.server.usage();
  return [
    `from ${PEOPLE} to ${users} users and ${records} records:`,
    ...Object.keys(before).map(
      (id) =>
        `  ${ROWS[id].title}: p99 ${before[id].p99.toFixed(1)} ms, then ${after[id].p99.toFixed(1)} ms: ` +
        `${(after[id].p99 / before[id].p99).toFixed(2)} × (goal: ≤ 1.5 ×)`,
    ),
    `  during a clean-up: p99 of userinfo ${during.p99.toFixed(1)} ms, of the event loop's delay ` +
      `${stallP99.toFixed(1)} ms (before: ${quiet.toFixed(1)} ms; goal: ≤ 30 ms)`,
  ].join('\n');
}

function fill(file, users, records) {
  const database = new Database(file);
  database.pragma('synchronous = OFF');
  const many = (count, insert) =>
    database.exec(
      `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count}) ${insert} FROM n`,
    );
  const now = Math.floor(Date.now() / 1000);
  many(
    users,
    `INSERT INTO account (id, username, username_key, email, email_key, factor_generation, created_at, updated_at)
     SELECT substr(hex(randomblob(11)), 1, 22), 'more' || i, 'more' || i, 'more' || i || '@example.org',
       'more' || i || '@example.org', 0, ${now}000, ${now}000`,
  );
  for (let left = records; left > 0; left -= 1e6)
    many(
      Math.min(left, 1e6),
      `INSERT INTO oidc_record (kind, id_hash, payload, account_id, grant_id, uid, client_id, expires_at)
       SELECT 'AccessToken', substr(hex(randomblob(22)), 1, 43), hex(randomblob(150)), substr(hex(randomblob(11)), 1, 22),
         substr(hex(randomblob(22)), 1, 43), NULL, 'client ' || i % 20,
         ${now} + CASE WHEN i % 100 < ${EXPIRED} THEN -86400 ELSE 864000 END`,
    );
  database.close();
}
