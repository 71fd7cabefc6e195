import { Migration } from '@mikro-orm/migrations';

export class Migration0008_audit_chain extends Migration {
  override name = '0008-audit-chain';

  override up(): void | Promise<void> {
    this.addSql(`create table \`audit_erasure\` (\`mark\` text not null primary key);`);

    this.addSql(
      `create table \`audit_head\` (\`id\` integer not null primary key, \`turn\` bigint not null, \`last_id\` bigint not null, \`position\` bigint not null, \`hash\` text not null, \`checkpoint_id\` bigint not null, \`checkpoint_position\` bigint not null, \`checkpoint_hash\` text not null, \`checkpoint_at\` bigint not null, \`checkpoint_seal\` text not null, \`seal\` text not null);`,
    );

    this.addSql(
      `create table \`audit_link\` (\`event_id\` bigint not null primary key, \`position\` bigint not null, \`salt\` text null, \`personal\` text not null, \`hash\` text not null);`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`drop table if exists \`audit_erasure\`;`);
    this.addSql(`drop table if exists \`audit_head\`;`);
    this.addSql(`drop table if exists \`audit_link\`;`);
  }
}
