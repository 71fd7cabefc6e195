import { Migration } from '@mikro-orm/migrations';

export class Migration0015_operator_apis extends Migration {
  override name = '0015-operator-apis';

  override up(): void | Promise<void> {
    this.addSql(
      `alter table "declaration" add "origin" varchar(20) not null default 'file', add "version" int not null default 1;`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`alter table "declaration" drop column "origin", drop column "version";`);
  }
}
