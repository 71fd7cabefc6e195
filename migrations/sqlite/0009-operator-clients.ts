import { Migration } from '@mikro-orm/migrations';

export class Migration0009_operator_clients extends Migration {
  override name = '0009-operator-clients';

  override up(): void | Promise<void> {
    this.addSql(
      `create table \`client_refusal\` (\`id\` text not null primary key, \`client_id\` text not null, \`kind\` text not null, \`value\` text not null, \`count\` bigint not null, \`first_at\` bigint not null, \`last_at\` bigint not null);`,
    );
    this.addSql(`create index \`client_refusal_client_id_index\` on \`client_refusal\` (\`client_id\`);`);
    this.addSql(`create index \`client_refusal_last_at_index\` on \`client_refusal\` (\`last_at\`);`);

    this.addSql(
      `create index \`audit_event_client_id_id_index\` on \`audit_event\` (\`client_id\`, \`id\`);`,
    );

    this.addSql(`alter table \`client\` add column \`declared\` json null;`);
    this.addSql(`alter table \`client\` add column \`version\` integer not null default 1;`);
    this.addSql(`alter table \`client\` add column \`secret_made_at\` bigint null;`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop table if exists \`client_refusal\`;`);

    this.addSql(`drop index \`audit_event_client_id_id_index\`;`);

    this.addSql(`alter table \`client\` drop column \`declared\`;`);
    this.addSql(`alter table \`client\` drop column \`version\`;`);
    this.addSql(`alter table \`client\` drop column \`secret_made_at\`;`);
  }
}
