import { Migration } from '@mikro-orm/migrations';

export class Migration0007_invitation extends Migration {
  override name = '0007-invitation';

  override up(): void | Promise<void> {
    this.addSql(
      `create table "invitation" ("hash" varchar(43) not null, "kind" varchar(10) not null, "nonce" varchar(22) null, "account_id" varchar(22) null, "created_at" bigint not null, "expires_at" bigint not null, "used_at" bigint null, primary key ("hash"));`,
    );
    this.addSql(`create index "invitation_account_id_index" on "invitation" ("account_id");`);
    this.addSql(`create index "invitation_expires_at_index" on "invitation" ("expires_at");`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop table if exists "invitation" cascade;`);
  }
}
