import { Migration } from '@mikro-orm/migrations';

export class Migration0010_runtime_setting extends Migration {
  override name = '0010-runtime-setting';

  override up(): void | Promise<void> {
    this.addSql(
      `create table "runtime_setting" ("name" varchar(60) not null, "value" text not null, "updated_at" bigint not null, "updated_by" varchar(255) not null, primary key ("name"));`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`drop table if exists "runtime_setting" cascade;`);
  }
}
