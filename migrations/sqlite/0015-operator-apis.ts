import { Migration } from '@mikro-orm/migrations';

export class Migration0015_operator_apis extends Migration {
  override name = '0015-operator-apis';

  override up(): void | Promise<void> {
    this.addSql(`alter table \`declaration\` add column \`origin\` text not null default 'file';`);
    this.addSql(`alter table \`declaration\` add column \`version\` integer not null default 1;`);
  }

  override down(): void | Promise<void> {
    this.addSql(`alter table \`declaration\` drop column \`origin\`;`);
    this.addSql(`alter table \`declaration\` drop column \`version\`;`);
  }
}
