import { Migration } from '@mikro-orm/migrations';

export class Migration0002_people extends Migration {
  override name = '0002-people';

  override up(): void | Promise<void> {
    this.addSql(
      `create table "avatar" ("id" varchar(22) not null, "account_id" varchar(22) not null, "image" bytea not null, "created_at" timestamptz(3) not null, primary key ("id"));`,
    );
    this.addSql(`alter table "avatar" add constraint "avatar_account_id_unique" unique ("account_id");`);

    this.addSql(
      `create table "browser_session" ("uid" varchar(43) not null, "account_id" varchar(22) not null, "user_agent" varchar(300) null, "address" varchar(64) null, "started_at" bigint not null, "last_used_at" bigint not null, primary key ("uid"));`,
    );
    this.addSql(`create index "browser_session_account_id_index" on "browser_session" ("account_id");`);
    this.addSql(`create index "browser_session_last_used_at_index" on "browser_session" ("last_used_at");`);

    this.addSql(
      `create table "logout_notice" ("id" varchar(22) not null, "receipt_id" varchar(22) not null, "account_id" varchar(22) not null, "client_id" varchar(255) not null, "sid" varchar(64) null, "state" varchar(10) not null, "tries" int not null, "due_at" bigint null, "token_until" bigint null, "created_at" bigint not null, "settled_at" bigint null, primary key ("id"));`,
    );
    this.addSql(`create index "logout_notice_receipt_id_index" on "logout_notice" ("receipt_id");`);
    this.addSql(`create index "logout_notice_account_id_index" on "logout_notice" ("account_id");`);
    this.addSql(`create index "logout_notice_due_at_index" on "logout_notice" ("due_at");`);
    this.addSql(`create index "logout_notice_created_at_index" on "logout_notice" ("created_at");`);

    this.addSql(
      `create table "mail" ("id" varchar(22) not null, "kind" varchar(40) not null, "account_id" varchar(22) null, "sealed_facts" text not null, "tries" int not null, "due_at" bigint not null, "created_at" bigint not null, "expires_at" bigint not null, primary key ("id"));`,
    );
    this.addSql(`create index "mail_account_id_index" on "mail" ("account_id");`);
    this.addSql(`create index "mail_due_at_index" on "mail" ("due_at");`);

    this.addSql(
      `create table "one_time_link" ("hash" varchar(43) not null, "purpose" varchar(30) not null, "account_id" varchar(22) not null, "address_key" varchar(320) not null, "detail" text not null, "created_at" bigint not null, "expires_at" bigint not null, "used_at" bigint null, primary key ("hash"));`,
    );
    this.addSql(`create index "one_time_link_account_id_index" on "one_time_link" ("account_id");`);
    this.addSql(`create index "one_time_link_address_key_index" on "one_time_link" ("address_key");`);
    this.addSql(`create index "one_time_link_expires_at_index" on "one_time_link" ("expires_at");`);

    this.addSql(
      `create table "passkey" ("id" varchar(22) not null, "account_id" varchar(22) not null, "credential_id" varchar(1400) not null, "name" varchar(60) not null, "public_key" text not null, "counter" bigint not null, "transports" jsonb not null, "verifies_user" boolean not null, "synced" boolean not null, "created_at" timestamptz(3) not null, "last_used_at" timestamptz(3) null, "suspect_since" timestamptz(3) null, primary key ("id"));`,
    );
    this.addSql(`create index "passkey_account_id_index" on "passkey" ("account_id");`);
    this.addSql(
      `alter table "passkey" add constraint "passkey_credential_id_unique" unique ("credential_id");`,
    );

    this.addSql(
      `create table "recovery_request" ("id" varchar(22) not null, "account_id" varchar(22) not null, "requested_at" bigint not null, "effective_at" bigint null, "expires_at" bigint not null, "ended_at" bigint null, primary key ("id"));`,
    );
    this.addSql(`create index "recovery_request_account_id_index" on "recovery_request" ("account_id");`);
    this.addSql(`create index "recovery_request_expires_at_index" on "recovery_request" ("expires_at");`);

    this.addSql(
      `create table "remembered_device" ("id" varchar(22) not null, "token_hash" varchar(43) not null, "account_id" varchar(22) not null, "user_agent" varchar(300) null, "created_at" bigint not null, "last_used_at" bigint not null, "expires_at" bigint not null, primary key ("id"));`,
    );
    this.addSql(
      `alter table "remembered_device" add constraint "remembered_device_token_hash_unique" unique ("token_hash");`,
    );
    this.addSql(`create index "remembered_device_account_id_index" on "remembered_device" ("account_id");`);
    this.addSql(`create index "remembered_device_expires_at_index" on "remembered_device" ("expires_at");`);

    this.addSql(
      `create table "spent_challenge" ("hash" varchar(43) not null, "expires_at" bigint not null, primary key ("hash"));`,
    );
    this.addSql(`create index "spent_challenge_expires_at_index" on "spent_challenge" ("expires_at");`);

    this.addSql(
      `alter table "account" add "display_name" varchar(100) null, add "time_zone" varchar(64) null, add "deletion_due_at" timestamptz(3) null;`,
    );
    this.addSql(`create index "account_deletion_due_at_index" on "account" ("deletion_due_at");`);

    this.addSql(
      `alter table "authenticator" add "name" varchar(60) not null default '', add "refused_step" bigint null;`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`drop table if exists "avatar" cascade;`);
    this.addSql(`drop table if exists "browser_session" cascade;`);
    this.addSql(`drop table if exists "logout_notice" cascade;`);
    this.addSql(`drop table if exists "mail" cascade;`);
    this.addSql(`drop table if exists "one_time_link" cascade;`);
    this.addSql(`drop table if exists "passkey" cascade;`);
    this.addSql(`drop table if exists "recovery_request" cascade;`);
    this.addSql(`drop table if exists "remembered_device" cascade;`);
    this.addSql(`drop table if exists "spent_challenge" cascade;`);

    this.addSql(`drop index "account_deletion_due_at_index";`);
    this.addSql(
      `alter table "account" drop column "display_name", drop column "time_zone", drop column "deletion_due_at";`,
    );

    this.addSql(`alter table "authenticator" drop column "name", drop column "refused_step";`);
  }
}
