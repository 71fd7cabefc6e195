import { Migration } from '@mikro-orm/migrations';

export class Migration0013_audit_filters extends Migration {
  override name = '0013-audit-filters';

  override up(): void | Promise<void> {
    this.addSql(`drop index "audit_event_account_id_index";`);
    this.addSql(`create index "audit_event_account_id_id_index" on "audit_event" ("account_id", "id");`);
    this.addSql(`create index "audit_event_name_id_index" on "audit_event" ("name", "id");`);
    this.addSql(
      `create index "audit_event_failed_index" on "audit_event" ("result", "id") where "result" <> 'success';`,
    );
    this.addSql(
      `create index "audit_event_by_index" on "audit_event" ((detail ->> 'by'), "id") where (detail ->> 'by') is not null;`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`drop index "audit_event_account_id_id_index";`);
    this.addSql(`drop index "audit_event_name_id_index";`);
    this.addSql(`drop index "audit_event_failed_index";`);
    this.addSql(`drop index "audit_event_by_index";`);
    this.addSql(`create index "audit_event_account_id_index" on "audit_event" ("account_id");`);
  }
}
