import { Migration } from '@mikro-orm/migrations';

export class Migration0012_console_users extends Migration {
  override name = '0012-console-users';

  override up(): void | Promise<void> {
    this.addSql(
      `create index \`account_disabled_index\` on \`account\` (\`username_key\`) where disabled_at is not null;`,
    );
    this.addSql(
      `create index \`account_leaving_index\` on \`account\` (\`username_key\`) where deletion_due_at is not null;`,
    );
    this.addSql(
      `create index \`account_unverified_index\` on \`account\` (\`username_key\`) where email_verified_at is null;`,
    );

    this.addSql(`alter table \`invitation\` add column \`id\` text null;`);
    this.addSql(`alter table \`invitation\` add column \`email\` text null;`);
    this.addSql(`update \`invitation\` set \`id\` = substr(\`hash\`, 1, 22) where \`kind\` = 'person';`);
    this.addSql(`create unique index \`invitation_id_unique\` on \`invitation\` (\`id\`);`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop index \`account_disabled_index\`;`);
    this.addSql(`drop index \`account_leaving_index\`;`);
    this.addSql(`drop index \`account_unverified_index\`;`);

    this.addSql(`drop index \`invitation_id_unique\`;`);
    this.addSql(`alter table \`invitation\` drop column \`id\`;`);
    this.addSql(`alter table \`invitation\` drop column \`email\`;`);
  }
}
