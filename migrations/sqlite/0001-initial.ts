import { Migration } from '@mikro-orm/migrations';

export class Migration0001_initial extends Migration {
  override name = '0001-initial';

  override up(): void | Promise<void> {
    this.addSql(
      `create table \`account\` (\`id\` text not null primary key, \`username\` text not null, \`username_key\` text not null, \`email\` text not null, \`email_key\` text not null, \`email_verified_at\` datetime null, \`password_hash\` text null, \`password_changed_at\` datetime null, \`factor_generation\` integer not null default 0, \`locale\` text null, \`created_at\` datetime not null, \`updated_at\` datetime not null, \`disabled_at\` datetime null);`,
    );
    this.addSql(`create unique index \`account_username_key_unique\` on \`account\` (\`username_key\`);`);
    this.addSql(`create unique index \`account_email_key_unique\` on \`account\` (\`email_key\`);`);

    this.addSql(
      `create table \`audit_event\` (\`id\` integer not null primary key autoincrement, \`at\` datetime not null, \`name\` text not null, \`result\` text not null, \`account_id\` text null, \`client_id\` text null, \`factor\` text null, \`address\` text null, \`user_agent\` text null, \`detail\` json null);`,
    );
    this.addSql(`create index \`audit_event_at_index\` on \`audit_event\` (\`at\`);`);
    this.addSql(`create index \`audit_event_account_id_index\` on \`audit_event\` (\`account_id\`);`);

    this.addSql(
      `create table \`authenticator\` (\`id\` text not null primary key, \`account_id\` text not null, \`sealed_secret\` text not null, \`last_step\` bigint not null, \`created_at\` datetime not null, \`last_used_at\` datetime null);`,
    );
    this.addSql(`create index \`authenticator_account_id_index\` on \`authenticator\` (\`account_id\`);`);

    this.addSql(
      `create table \`backup_code\` (\`hash\` text not null primary key, \`account_id\` text not null, \`used_at\` datetime null);`,
    );
    this.addSql(`create index \`backup_code_account_id_index\` on \`backup_code\` (\`account_id\`);`);

    this.addSql(
      `create table \`backup_code_set\` (\`account_id\` text not null primary key, \`created_at\` datetime not null, \`confirmed_at\` datetime null);`,
    );

    this.addSql(
      `create table \`client\` (\`id\` text not null primary key, \`metadata\` json not null, \`sealed_secret\` text null, \`logo\` text null, \`updated_at\` datetime not null);`,
    );

    this.addSql(
      `create table \`known_browser\` (\`browser\` text not null, \`account_id\` text not null, \`last_at\` bigint not null, primary key (\`browser\`, \`account_id\`));`,
    );
    this.addSql(`create index \`known_browser_account_id_index\` on \`known_browser\` (\`account_id\`);`);
    this.addSql(`create index \`known_browser_last_at_index\` on \`known_browser\` (\`last_at\`);`);

    this.addSql(
      `create table \`oidc_record\` (\`seq\` integer not null primary key autoincrement, \`kind\` text not null, \`id_hash\` text not null, \`payload\` text not null, \`account_id\` text null, \`grant_id\` text null, \`uid\` text null, \`expires_at\` bigint null, \`consumed_at\` bigint null);`,
    );
    this.addSql(`create unique index \`oidc_record_id_hash_unique\` on \`oidc_record\` (\`id_hash\`);`);
    this.addSql(`create index \`oidc_record_account_id_index\` on \`oidc_record\` (\`account_id\`);`);
    this.addSql(`create index \`oidc_record_grant_id_index\` on \`oidc_record\` (\`grant_id\`);`);
    this.addSql(`create index \`oidc_record_uid_index\` on \`oidc_record\` (\`uid\`);`);
    this.addSql(`create index \`oidc_record_expires_at_index\` on \`oidc_record\` (\`expires_at\`);`);

    this.addSql(
      `create table \`sign_in_attempt\` (\`id\` text not null primary key, \`token\` text not null, \`account_id\` text null, \`proofs\` text not null, \`version\` integer not null, \`created_at\` bigint not null, \`expires_at\` bigint not null);`,
    );
    this.addSql(`create index \`sign_in_attempt_account_id_index\` on \`sign_in_attempt\` (\`account_id\`);`);
    this.addSql(`create index \`sign_in_attempt_expires_at_index\` on \`sign_in_attempt\` (\`expires_at\`);`);

    this.addSql(
      `create table \`signing_key\` (\`kid\` text not null primary key, \`alg\` text not null, \`generation\` integer not null, \`sealed_jwk\` text not null, \`created_at\` datetime not null);`,
    );
    this.addSql(
      `create unique index \`signing_key_alg_generation_unique\` on \`signing_key\` (\`alg\`, \`generation\`);`,
    );

    this.addSql(
      `create table \`throttle\` (\`bucket\` text not null primary key, \`subject\` text not null, \`of_account\` integer not null, \`checks\` integer not null, \`consecutive\` integer not null, \`last_at\` bigint not null);`,
    );
    this.addSql(`create index \`throttle_subject_index\` on \`throttle\` (\`subject\`);`);
    this.addSql(`create index \`throttle_last_at_index\` on \`throttle\` (\`last_at\`);`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop table if exists \`account\`;`);
    this.addSql(`drop table if exists \`audit_event\`;`);
    this.addSql(`drop table if exists \`authenticator\`;`);
    this.addSql(`drop table if exists \`backup_code\`;`);
    this.addSql(`drop table if exists \`backup_code_set\`;`);
    this.addSql(`drop table if exists \`client\`;`);
    this.addSql(`drop table if exists \`known_browser\`;`);
    this.addSql(`drop table if exists \`oidc_record\`;`);
    this.addSql(`drop table if exists \`sign_in_attempt\`;`);
    this.addSql(`drop table if exists \`signing_key\`;`);
    this.addSql(`drop table if exists \`throttle\`;`);
  }
}
