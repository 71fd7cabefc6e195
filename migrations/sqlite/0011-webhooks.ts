import { Migration } from '@mikro-orm/migrations';

export class Migration0011_webhooks extends Migration {
  override name = '0011-webhooks';

  override up(): void | Promise<void> {
    this.addSql(
      `create table \`webhook_delivery\` (\`id\` text not null primary key, \`webhook_id\` text not null, \`event\` text not null, \`account_id\` text null, \`username\` text null, \`data\` text null, \`state\` text not null, \`tries\` integer not null, \`due_at\` bigint null, \`gives_up_at\` bigint not null, \`answer\` text null, \`created_at\` bigint not null, \`settled_at\` bigint null);`,
    );
    this.addSql(
      `create index \`webhook_delivery_account_id_index\` on \`webhook_delivery\` (\`account_id\`);`,
    );
    this.addSql(`create index \`webhook_delivery_due_at_index\` on \`webhook_delivery\` (\`due_at\`);`);
    this.addSql(
      `create index \`webhook_delivery_created_at_index\` on \`webhook_delivery\` (\`created_at\`);`,
    );
    this.addSql(
      `create index \`webhook_delivery_webhook_id_due_at_index\` on \`webhook_delivery\` (\`webhook_id\`, \`due_at\`);`,
    );
    this.addSql(
      `create index \`webhook_delivery_webhook_id_created_at_id_index\` on \`webhook_delivery\` (\`webhook_id\`, \`created_at\`, \`id\`);`,
    );
    this.addSql(
      `create index \`webhook_delivery_webhook_id_state_created_at_index\` on \`webhook_delivery\` (\`webhook_id\`, \`state\`, \`created_at\`);`,
    );

    this.addSql(`alter table \`declaration\` add column \`sealed_secrets\` text null;`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop table if exists \`webhook_delivery\`;`);

    this.addSql(`alter table \`declaration\` drop column \`sealed_secrets\`;`);
  }
}
