import { Migration } from '@mikro-orm/migrations';

export class Migration0012_console_users extends Migration {
  override name = '0012-console-users';

  override up(): void | Promise<void> {
    // By bytes, as in SQLite: what begins with something is one stretch of the index, whatever the database's language is.
    this.addSql(`alter table "account" alter column "username_key" type varchar(128) collate "C";`);
    this.addSql(`alter table "account" alter column "email_key" type varchar(320) collate "C";`);
    this.addSql(
      `create index "account_disabled_index" on "account" ("username_key") where disabled_at is not null;`,
    );
    this.addSql(
      `create index "account_leaving_index" on "account" ("username_key") where deletion_due_at is not null;`,
    );
    this.addSql(
      `create index "account_unverified_index" on "account" ("username_key") where email_verified_at is null;`,
    );

    this.addSql(`alter table "invitation" add "id" varchar(22) null, add "email" varchar(254) null;`);
    this.addSql(`update "invitation" set "id" = substr("hash", 1, 22) where "kind" = 'person';`);
    this.addSql(`alter table "invitation" add constraint "invitation_id_unique" unique ("id");`);
  }

  override down(): void | Promise<void> {
    this.addSql(`alter table "account" alter column "username_key" type varchar(128) collate "default";`);
    this.addSql(`alter table "account" alter column "email_key" type varchar(320) collate "default";`);
    this.addSql(`drop index "account_disabled_index";`);
    this.addSql(`drop index "account_leaving_index";`);
    this.addSql(`drop index "account_unverified_index";`);

    this.addSql(`alter table "invitation" drop constraint "invitation_id_unique";`);
    this.addSql(`alter table "invitation" drop column "id", drop column "email";`);
  }
}
