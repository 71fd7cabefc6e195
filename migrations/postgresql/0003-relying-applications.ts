import { Migration } from '@mikro-orm/migrations';

export class Migration0003_relying_applications extends Migration {
  override name = '0003-relying-applications';

  override up(): void | Promise<void> {
    this.addSql(
      `create table "declaration" ("kind" varchar(40) not null, "name" varchar(255) not null, "body" jsonb not null, primary key ("kind", "name"));`,
    );

    this.addSql(
      `create table "account_group" ("name" varchar(64) not null, "description" varchar(200) null, "created_at" bigint not null, primary key ("name"));`,
    );

    this.addSql(
      `create table "group_member" ("account_id" varchar(22) not null, "group_name" varchar(64) not null, "added_at" bigint not null, primary key ("account_id", "group_name"));`,
    );
    this.addSql(`create index "group_member_group_name_index" on "group_member" ("group_name");`);

    this.addSql(
      `alter table "account" add "phone_number" varchar(32) null, add "address" jsonb null, add "attributes" jsonb null;`,
    );

    this.addSql(
      `alter table "client" add "origin" varchar(20) not null default 'file', add "sealed_previous_secret" text null, add "registered_at" bigint null;`,
    );
    this.addSql(`create index "client_registered_at_index" on "client" ("registered_at");`);

    this.addSql(`alter table "signing_key" add "active_at" bigint null, add "revoked_at" bigint null;`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop table if exists "declaration" cascade;`);
    this.addSql(`drop table if exists "account_group" cascade;`);
    this.addSql(`drop table if exists "group_member" cascade;`);

    this.addSql(
      `alter table "account" drop column "phone_number", drop column "address", drop column "attributes";`,
    );

    this.addSql(`drop index "client_registered_at_index";`);
    this.addSql(
      `alter table "client" drop column "origin", drop column "sealed_previous_secret", drop column "registered_at";`,
    );

    this.addSql(`alter table "signing_key" drop column "active_at", drop column "revoked_at";`);
  }
}
