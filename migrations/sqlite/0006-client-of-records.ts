import { Migration } from '@mikro-orm/migrations';

export class Migration0006_client_of_records extends Migration {
  override name = '0006-client-of-records';

  override up(): void | Promise<void> {
    this.addSql(`alter table \`oidc_record\` add column \`client_id\` text null;`);
    this.addSql(`create index \`oidc_record_client_id_index\` on \`oidc_record\` (\`client_id\`);`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop index \`oidc_record_client_id_index\`;`);
    this.addSql(`alter table \`oidc_record\` drop column \`client_id\`;`);
  }
}
