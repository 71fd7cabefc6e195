import { Migration } from '@mikro-orm/migrations';

export class Migration0004_ping_notice extends Migration {
  override name = '0004-ping-notice';

  override up(): void | Promise<void> {
    this.addSql(
      `create table \`ping_notice\` (\`id\` text not null primary key, \`account_id\` text not null, \`client_id\` text not null, \`sealed_facts\` text not null, \`tries\` integer not null, \`due_at\` bigint not null, \`created_at\` bigint not null, \`expires_at\` bigint not null);`,
    );
    this.addSql(`create index \`ping_notice_account_id_index\` on \`ping_notice\` (\`account_id\`);`);
    this.addSql(`create index \`ping_notice_due_at_index\` on \`ping_notice\` (\`due_at\`);`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop table if exists \`ping_notice\`;`);
  }
}
