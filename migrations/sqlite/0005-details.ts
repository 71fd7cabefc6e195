import { Migration } from '@mikro-orm/migrations';

export class Migration0005_details extends Migration {
  override name = '0005-details';

  override up(): void | Promise<void> {
    this.addSql(`alter table \`account\` add column \`details\` json null;`);
  }

  override down(): void | Promise<void> {
    this.addSql(`alter table \`account\` drop column \`details\`;`);
  }
}
