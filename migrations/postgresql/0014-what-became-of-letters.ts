import { Migration } from '@mikro-orm/migrations';

export class Migration0014_what_became_of_letters extends Migration {
  override name = '0014-what-became-of-letters';

  override up(): void | Promise<void> {
    this.addSql(
      `create table "mail_outcome" ("id" varchar(22) not null, "kind" varchar(40) not null, "account_id" varchar(22) null, "result" varchar(10) not null, "tries" int not null, "last_error" varchar(300) null, "created_at" bigint not null, "settled_at" bigint not null, primary key ("id"));`,
    );
    this.addSql(`create index "mail_outcome_account_id_index" on "mail_outcome" ("account_id");`);
    this.addSql(`create index "mail_outcome_settled_at_index" on "mail_outcome" ("settled_at");`);
    this.addSql(
      `create index "mail_outcome_result_settled_at_id_index" on "mail_outcome" ("result", "settled_at", "id");`,
    );

    this.addSql(
      `alter table "account" alter column "email_key" type varchar(320) using ("email_key"::varchar(320));`,
    );
    this.addSql(
      `alter table "account" alter column "username_key" type varchar(128) using ("username_key"::varchar(128));`,
    );

    this.addSql(`alter table "logout_notice" add "last_error" varchar(300) null;`);
    this.addSql(
      `create index "logout_notice_failed_index" on "logout_notice" ("settled_at", "id") where "state" = 'failed';`,
    );

    this.addSql(`alter table "mail" add "last_error" varchar(300) null;`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop table if exists "mail_outcome" cascade;`);

    this.addSql(
      `alter table "account" alter column "username_key" type varchar(128) collate "C" using ("username_key"::varchar(128));`,
    );
    this.addSql(
      `alter table "account" alter column "email_key" type varchar(320) collate "C" using ("email_key"::varchar(320));`,
    );

    this.addSql(`drop index "logout_notice_failed_index";`);
    this.addSql(`alter table "logout_notice" drop column "last_error";`);

    this.addSql(`alter table "mail" drop column "last_error";`);
  }
}
