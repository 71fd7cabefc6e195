import { Migration } from '@mikro-orm/migrations';

export class Migration0002_people extends Migration {
  override name = '0002-people';

  override up(): void | Promise<void> {
    this.addSql(
      `create table \`avatar\` (\`id\` text not null primary key, \`account_id\` text not null, \`image\` blob not null, \`created_at\` datetime not null);`,
    );
    this.addSql(`create unique index \`avatar_account_id_unique\` on \`avatar\` (\`account_id\`);`);

    this.addSql(
      `create table \`browser_session\` (\`uid\` text not null primary key, \`account_id\` text not null, \`user_agent\` text null, \`address\` text null, \`started_at\` bigint not null, \`last_used_at\` bigint not null);`,
    );
    this.addSql(`create index \`browser_session_account_id_index\` on \`browser_session\` (\`account_id\`);`);
    this.addSql(
      `create index \`browser_session_last_used_at_index\` on \`browser_session\` (\`last_used_at\`);`,
    );

    this.addSql(
      `create table \`logout_notice\` (\`id\` text not null primary key, \`receipt_id\` text not null, \`account_id\` text not null, \`client_id\` text not null, \`sid\` text null, \`state\` text not null, \`tries\` integer not null, \`due_at\` bigint null, \`token_until\` bigint null, \`created_at\` bigint not null, \`settled_at\` bigint null);`,
    );
    this.addSql(`create index \`logout_notice_receipt_id_index\` on \`logout_notice\` (\`receipt_id\`);`);
    this.addSql(`create index \`logout_notice_account_id_index\` on \`logout_notice\` (\`account_id\`);`);
    this.addSql(`create index \`logout_notice_due_at_index\` on \`logout_notice\` (\`due_at\`);`);
    this.addSql(`create index \`logout_notice_created_at_index\` on \`logout_notice\` (\`created_at\`);`);

    this.addSql(
      `create table \`mail\` (\`id\` text not null primary key, \`kind\` text not null, \`account_id\` text null, \`sealed_facts\` text not null, \`tries\` integer not null, \`due_at\` bigint not null, \`created_at\` bigint not null, \`expires_at\` bigint not null);`,
    );
    this.addSql(`create index \`mail_account_id_index\` on \`mail\` (\`account_id\`);`);
    this.addSql(`create index \`mail_due_at_index\` on \`mail\` (\`due_at\`);`);

    this.addSql(
      `create table \`one_time_link\` (\`hash\` text not null primary key, \`purpose\` text not null, \`account_id\` text not null, \`address_key\` text not null, \`detail\` text not null, \`created_at\` bigint not null, \`expires_at\` bigint not null, \`used_at\` bigint null);`,
    );
    this.addSql(`create index \`one_time_link_account_id_index\` on \`one_time_link\` (\`account_id\`);`);
    this.addSql(`create index \`one_time_link_address_key_index\` on \`one_time_link\` (\`address_key\`);`);
    this.addSql(`create index \`one_time_link_expires_at_index\` on \`one_time_link\` (\`expires_at\`);`);

    this.addSql(
      `create table \`passkey\` (\`id\` text not null primary key, \`account_id\` text not null, \`credential_id\` text not null, \`name\` text not null, \`public_key\` text not null, \`counter\` bigint not null, \`transports\` json not null, \`verifies_user\` integer not null, \`synced\` integer not null, \`created_at\` datetime not null, \`last_used_at\` datetime null, \`suspect_since\` datetime null);`,
    );
    this.addSql(`create index \`passkey_account_id_index\` on \`passkey\` (\`account_id\`);`);
    this.addSql(`create unique index \`passkey_credential_id_unique\` on \`passkey\` (\`credential_id\`);`);

    this.addSql(
      `create table \`recovery_request\` (\`id\` text not null primary key, \`account_id\` text not null, \`requested_at\` bigint not null, \`effective_at\` bigint null, \`expires_at\` bigint not null, \`ended_at\` bigint null);`,
    );
    this.addSql(
      `create index \`recovery_request_account_id_index\` on \`recovery_request\` (\`account_id\`);`,
    );
    this.addSql(
      `create index \`recovery_request_expires_at_index\` on \`recovery_request\` (\`expires_at\`);`,
    );

    this.addSql(
      `create table \`remembered_device\` (\`id\` text not null primary key, \`token_hash\` text not null, \`account_id\` text not null, \`user_agent\` text null, \`created_at\` bigint not null, \`last_used_at\` bigint not null, \`expires_at\` bigint not null);`,
    );
    this.addSql(
      `create unique index \`remembered_device_token_hash_unique\` on \`remembered_device\` (\`token_hash\`);`,
    );
    this.addSql(
      `create index \`remembered_device_account_id_index\` on \`remembered_device\` (\`account_id\`);`,
    );
    this.addSql(
      `create index \`remembered_device_expires_at_index\` on \`remembered_device\` (\`expires_at\`);`,
    );

    this.addSql(
      `create table \`spent_challenge\` (\`hash\` text not null primary key, \`expires_at\` bigint not null);`,
    );
    this.addSql(`create index \`spent_challenge_expires_at_index\` on \`spent_challenge\` (\`expires_at\`);`);

    this.addSql(`alter table \`account\` add column \`display_name\` text null;`);
    this.addSql(`alter table \`account\` add column \`time_zone\` text null;`);
    this.addSql(`alter table \`account\` add column \`deletion_due_at\` datetime null;`);
    this.addSql(`create index \`account_deletion_due_at_index\` on \`account\` (\`deletion_due_at\`);`);

    this.addSql(`alter table \`authenticator\` add column \`name\` text not null default '';`);
    this.addSql(`alter table \`authenticator\` add column \`refused_step\` bigint null;`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop table if exists \`avatar\`;`);
    this.addSql(`drop table if exists \`browser_session\`;`);
    this.addSql(`drop table if exists \`logout_notice\`;`);
    this.addSql(`drop table if exists \`mail\`;`);
    this.addSql(`drop table if exists \`one_time_link\`;`);
    this.addSql(`drop table if exists \`passkey\`;`);
    this.addSql(`drop table if exists \`recovery_request\`;`);
    this.addSql(`drop table if exists \`remembered_device\`;`);
    this.addSql(`drop table if exists \`spent_challenge\`;`);

    this.addSql(`drop index \`account_deletion_due_at_index\`;`);
    this.addSql(`alter table \`account\` drop column \`display_name\`;`);
    this.addSql(`alter table \`account\` drop column \`time_zone\`;`);
    this.addSql(`alter table \`account\` drop column \`deletion_due_at\`;`);

    this.addSql(`alter table \`authenticator\` drop column \`name\`;`);
    this.addSql(`alter table \`authenticator\` drop column \`refused_step\`;`);
  }
}
