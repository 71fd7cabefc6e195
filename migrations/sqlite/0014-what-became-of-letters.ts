import { Migration } from '@mikro-orm/migrations';

export class Migration0014_what_became_of_letters extends Migration {
  override name = '0014-what-became-of-letters';

  override up(): void | Promise<void> {
    this.addSql(
      `create table \`mail_outcome\` (\`id\` text not null primary key, \`kind\` text not null, \`account_id\` text null, \`result\` text not null, \`tries\` integer not null, \`last_error\` text null, \`created_at\` bigint not null, \`settled_at\` bigint not null);`,
    );
    this.addSql(`create index \`mail_outcome_account_id_index\` on \`mail_outcome\` (\`account_id\`);`);
    this.addSql(`create index \`mail_outcome_settled_at_index\` on \`mail_outcome\` (\`settled_at\`);`);
    this.addSql(
      `create index \`mail_outcome_result_settled_at_id_index\` on \`mail_outcome\` (\`result\`, \`settled_at\`, \`id\`);`,
    );

    this.addSql(`alter table \`logout_notice\` add column \`last_error\` text null;`);
    this.addSql(
      `create index "logout_notice_failed_index" on "logout_notice" ("settled_at", "id") where "state" = 'failed';`,
    );

    this.addSql(`alter table \`mail\` add column \`last_error\` text null;`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop table if exists \`mail_outcome\`;`);

    this.addSql(`drop index \`logout_notice_failed_index\`;`);
    this.addSql(`alter table \`logout_notice\` drop column \`last_error\`;`);

    this.addSql(`alter table \`mail\` drop column \`last_error\`;`);
  }
}
