import { Migration } from '@mikro-orm/migrations';

export class Migration0009_operator_clients extends Migration {
  override name = '0009-operator-clients';

  override up(): void | Promise<void> {
    this.addSql(
      `create table "client_refusal" ("id" varchar(43) not null, "client_id" varchar(255) not null, "kind" varchar(40) not null, "value" text not null, "count" bigint not null, "first_at" bigint not null, "last_at" bigint not null, primary key ("id"));`,
    );
    this.addSql(`create index "client_refusal_client_id_index" on "client_refusal" ("client_id");`);
    this.addSql(`create index "client_refusal_last_at_index" on "client_refusal" ("last_at");`);

    this.addSql(`create index "audit_event_client_id_id_index" on "audit_event" ("client_id", "id");`);

    this.addSql(
      `alter table "client" add "declared" jsonb null, add "version" int not null default 1, add "secret_made_at" bigint null;`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`drop table if exists "client_refusal" cascade;`);

    this.addSql(`drop index "audit_event_client_id_id_index";`);

    this.addSql(
      `alter table "client" drop column "declared", drop column "version", drop column "secret_made_at";`,
    );
  }
}
