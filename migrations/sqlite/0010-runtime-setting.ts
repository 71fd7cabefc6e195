import { Migration } from '@mikro-orm/migrations';

export class Migration0010_runtime_setting extends Migration {
  override name = '0010-runtime-setting';

  override up(): void | Promise<void> {
    this.addSql(
      `create table \`runtime_setting\` (\`name\` text not null primary key, \`value\` text not null, \`updated_at\` bigint not null, \`updated_by\` text not null);`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`drop table if exists \`runtime_setting\`;`);
  }
}
