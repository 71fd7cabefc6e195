import { Migration } from '@mikro-orm/migrations';

export class Migration0001_initial extends Migration {
  override name = '0001-initial';

  override up(): void | Promise<void> {
    this.addSql(
      `create table "account" ("id" varchar(22) not null, "username" varchar(64) not null, "username_key" varchar(128) not null, "email" varchar(254) not null, "email_key" varchar(320) not null, "email_verified_at" timestamptz(3) null, "password_hash" varchar(200) null, "password_changed_at" timestamptz(3) null, "factor_generation" int not null default 0, "locale" varchar(16) null, "created_at" timestamptz(3) not null, "updated_at" timestamptz(3) not null, "disabled_at" timestamptz(3) null, primary key ("id"));`,
    );
    this.addSql(
      `alter table "account" add constraint "account_username_key_unique" unique ("username_key");`,
    );
    this.addSql(`alter table "account" add constraint "account_email_key_unique" unique ("email_key");`);

    this.addSql(
      `create table "audit_event" ("id" bigserial primary key, "at" timestamptz(3) not null, "name" varchar(60) not null, "result" varchar(20) not null, "account_id" varchar(22) null, "client_id" varchar(255) null, "factor" varchar(20) null, "address" varchar(64) null, "user_agent" varchar(300) null, "detail" jsonb null);`,
    );
    this.addSql(`create index "audit_event_at_index" on "audit_event" ("at");`);
    this.addSql(`create index "audit_event_account_id_index" on "audit_event" ("account_id");`);

    this.addSql(
      `create table "authenticator" ("id" varchar(22) not null, "account_id" varchar(22) not null, "sealed_secret" text not null, "last_step" bigint not null, "created_at" timestamptz(3) not null, "last_used_at" timestamptz(3) null, primary key ("id"));`,
    );
    this.addSql(`create index "authenticator_account_id_index" on "authenticator" ("account_id");`);

    this.addSql(
      `create table "backup_code" ("hash" varchar(43) not null, "account_id" varchar(22) not null, "used_at" timestamptz(3) null, primary key ("hash"));`,
    );
    this.addSql(`create index "backup_code_account_id_index" on "backup_code" ("account_id");`);

    this.addSql(
      `create table "backup_code_set" ("account_id" varchar(22) not null, "created_at" timestamptz(3) not null, "confirmed_at" timestamptz(3) null, primary key ("account_id"));`,
    );

    this.addSql(
      `create table "client" ("id" varchar(255) not null, "metadata" jsonb not null, "sealed_secret" text null, "logo" text null, "updated_at" timestamptz(3) not null, primary key ("id"));`,
    );

    this.addSql(
      `create table "known_browser" ("browser" varchar(43) not null, "account_id" varchar(22) not null, "last_at" bigint not null, primary key ("browser", "account_id"));`,
    );
    this.addSql(`create index "known_browser_account_id_index" on "known_browser" ("account_id");`);
    this.addSql(`create index "known_browser_last_at_index" on "known_browser" ("last_at");`);

    this.addSql(
      `create table "oidc_record" ("seq" bigserial primary key, "kind" varchar(40) not null, "id_hash" varchar(43) not null, "payload" text not null, "account_id" varchar(22) null, "grant_id" varchar(43) null, "uid" varchar(43) null, "expires_at" bigint null, "consumed_at" bigint null);`,
    );
    this.addSql(`alter table "oidc_record" add constraint "oidc_record_id_hash_unique" unique ("id_hash");`);
    this.addSql(`create index "oidc_record_account_id_index" on "oidc_record" ("account_id");`);
    this.addSql(`create index "oidc_record_grant_id_index" on "oidc_record" ("grant_id");`);
    this.addSql(`create index "oidc_record_uid_index" on "oidc_record" ("uid");`);
    this.addSql(`create index "oidc_record_expires_at_index" on "oidc_record" ("expires_at");`);

    this.addSql(
      `create table "sign_in_attempt" ("id" varchar(43) not null, "token" varchar(43) not null, "account_id" varchar(22) null, "proofs" text not null, "version" int not null, "created_at" bigint not null, "expires_at" bigint not null, primary key ("id"));`,
    );
    this.addSql(`create index "sign_in_attempt_account_id_index" on "sign_in_attempt" ("account_id");`);
    this.addSql(`create index "sign_in_attempt_expires_at_index" on "sign_in_attempt" ("expires_at");`);

    this.addSql(
      `create table "signing_key" ("kid" varchar(43) not null, "alg" varchar(10) not null, "generation" int not null, "sealed_jwk" text not null, "created_at" timestamptz(3) not null, primary key ("kid"));`,
    );
    this.addSql(
      `alter table "signing_key" add constraint "signing_key_alg_generation_unique" unique ("alg", "generation");`,
    );

    this.addSql(
      `create table "throttle" ("bucket" varchar(43) not null, "subject" varchar(43) not null, "of_account" int not null, "checks" int not null, "consecutive" int not null, "last_at" bigint not null, primary key ("bucket"));`,
    );
    this.addSql(`create index "throttle_subject_index" on "throttle" ("subject");`);
    this.addSql(`create index "throttle_last_at_index" on "throttle" ("last_at");`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop table if exists "account" cascade;`);
    this.addSql(`drop table if exists "audit_event" cascade;`);
    this.addSql(`drop table if exists "authenticator" cascade;`);
    this.addSql(`drop table if exists "backup_code" cascade;`);
    this.addSql(`drop table if exists "backup_code_set" cascade;`);
    this.addSql(`drop table if exists "client" cascade;`);
    this.addSql(`drop table if exists "known_browser" cascade;`);
    this.addSql(`drop table if exists "oidc_record" cascade;`);
    this.addSql(`drop table if exists "sign_in_attempt" cascade;`);
    this.addSql(`drop table if exists "signing_key" cascade;`);
    this.addSql(`drop table if exists "throttle" cascade;`);
  }
}
