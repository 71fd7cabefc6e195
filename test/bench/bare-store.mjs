import Database from 'better-sqlite3';

/** What the library asks an adapter for, in plain SQL: each call a statement that was prepared once, each write a commit. */
export function bareAdapter(file) {
  const database = new Database(file);
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.exec(`CREATE TABLE IF NOT EXISTS record (id TEXT PRIMARY KEY, payload TEXT NOT NULL, grant_id TEXT, uid TEXT,
    expires_at INTEGER, consumed_at INTEGER); CREATE INDEX IF NOT EXISTS record_grant ON record (grant_id);
    CREATE INDEX IF NOT EXISTS record_uid ON record (uid)`);
  const read = 'SELECT payload, consumed_at FROM record WHERE (expires_at IS NULL OR expires_at > ?) AND';
  const statements = {
    find: database.prepare(`${read} id = ?`),
    findByUid: database.prepare(`${read} uid = ?`),
    upsert:
      database.prepare(`INSERT INTO record (id, payload, grant_id, uid, expires_at) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET payload = excluded.payload, grant_id = excluded.grant_id, uid = excluded.uid,
        expires_at = excluded.expires_at`),
    consume: database.prepare('UPDATE record SET consumed_at = ? WHERE id = ?'),
    destroy: database.prepare('DELETE FROM record WHERE id = ?'),
    revoke: database.prepare('DELETE FROM record WHERE grant_id = ?'),
  };
  const now = () => Math.floor(Date.now() / 1000);
  const payload = (row) =>
    row && { ...JSON.parse(row.payload), ...(row.consumed_at ? { consumed: row.consumed_at } : {}) };

  return class BareAdapter {
    constructor(kind) {
      this.kind = kind;
    }
    async find(id) {
      return payload(statements.find.get(now(), `${this.kind}:${id}`));
    }
    async findByUid(uid) {
      return payload(statements.findByUid.get(now(), uid));
    }
    async upsert(id, record, expiresIn) {
      const expiresAt = expiresIn ? now() + expiresIn : null;
      const { grantId = null, uid = null } = record;
      statements.upsert.run(`${this.kind}:${id}`, JSON.stringify(record), grantId, uid, expiresAt);
    }
    async consume(id) {
      statements.consume.run(now(), `${this.kind}:${id}`);
    }
    async destroy(id) {
      statements.destroy.run(`${this.kind}:${id}`);
    }
    async revokeByGrantId(grantId) {
      statements.revoke.run(grantId);
    }
  };
}
