import { Migration } from '@mikro-orm/migrations';

export class Migration0008_audit_chain extends Migration {
  override name = '0008-audit-chain';

  override up(): void | Promise<void> {
    this.addSql(`create table "audit_erasure" ("mark" varchar(43) not null, primary key ("mark"));`);

    this.addSql(
      `create table "audit_head" ("id" int not null, "turn" bigint not null, "last_id" bigint not null, "position" bigint not null, "hash" varchar(43) not null, "checkpoint_id" bigint not null, "checkpoint_position" bigint not null, "checkpoint_hash" varchar(43) not null, "checkpoint_at" bigint not null, "checkpoint_seal" varchar(43) not null, "seal" varchar(43) not null, primary key ("id"));`,
    );

    this.addSql(
      `create table "audit_link" ("event_id" bigint not null, "position" bigint not null, "salt" varchar(22) null, "personal" varchar(43) not null, "hash" varchar(43) not null, primary key ("event_id"));`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`drop table if exists "audit_erasure" cascade;`);
    this.addSql(`drop table if exists "audit_head" cascade;`);
    this.addSql(`drop table if exists "audit_link" cascade;`);
  }
}
