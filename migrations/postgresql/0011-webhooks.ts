import { Migration } from '@mikro-orm/migrations';

export class Migration0011_webhooks extends Migration {
  override name = '0011-webhooks';

  override up(): void | Promise<void> {
    this.addSql(
      `create table "webhook_delivery" ("id" varchar(22) not null, "webhook_id" varchar(64) not null, "event" varchar(60) not null, "account_id" varchar(22) null, "username" varchar(64) null, "data" text null, "state" varchar(10) not null, "tries" int not null, "due_at" bigint null, "gives_up_at" bigint not null, "answer" varchar(200) null, "created_at" bigint not null, "settled_at" bigint null, primary key ("id"));`,
    );
    this.addSql(`create index "webhook_delivery_account_id_index" on "webhook_delivery" ("account_id");`);
    this.addSql(`create index "webhook_delivery_due_at_index" on "webhook_delivery" ("due_at");`);
    this.addSql(`create index "webhook_delivery_created_at_index" on "webhook_delivery" ("created_at");`);
    this.addSql(
      `create index "webhook_delivery_webhook_id_due_at_index" on "webhook_delivery" ("webhook_id", "due_at");`,
    );
    this.addSql(
      `create index "webhook_delivery_webhook_id_created_at_id_index" on "webhook_delivery" ("webhook_id", "created_at", "id");`,
    );
    this.addSql(
      `create index "webhook_delivery_webhook_id_state_created_at_index" on "webhook_delivery" ("webhook_id", "state", "created_at");`,
    );

    this.addSql(`alter table "declaration" add "sealed_secrets" text null;`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop table if exists "webhook_delivery" cascade;`);

    this.addSql(`alter table "declaration" drop column "sealed_secrets";`);
  }
}
