import { Migration } from '@mikro-orm/migrations';

export class Migration0003_relying_applications extends Migration {
  override name = '0003-relying-applications';

  override up(): void | Promise<void> {
    this.addSql(
      `create table \`declaration\` (\`kind\` text not null, \`name\` text not null, \`body\` json not null, primary key (\`kind\`, \`name\`));`,
    );

    this.addSql(
      `create table \`account_group\` (\`name\` text not null primary key, \`description\` text null, \`created_at\` bigint not null);`,
    );

    this.addSql(
      `create table \`group_member\` (\`account_id\` text not null, \`group_name\` text not null, \`added_at\` bigint not null, primary key (\`account_id\`, \`group_name\`));`,
    );
    this.addSql(`create index \`group_member_group_name_index\` on \`group_member\` (\`group_name\`);`);

    this.addSql(`alter table \`account\` add column \`phone_number\` text null;`);
    this.addSql(`alter table \`account\` add column \`address\` json null;`);
    this.addSql(`alter table \`account\` add column \`attributes\` json null;`);

    this.addSql(`alter table \`client\` add column \`origin\` text not null default 'file';`);
    this.addSql(`alter table \`client\` add column \`sealed_previous_secret\` text null;`);
    this.addSql(`alter table \`client\` add column \`registered_at\` bigint null;`);
    this.addSql(`create index \`client_registered_at_index\` on \`client\` (\`registered_at\`);`);

    this.addSql(`alter table \`signing_key\` add column \`active_at\` bigint null;`);
    this.addSql(`alter table \`signing_key\` add column \`revoked_at\` bigint null;`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop table if exists \`declaration\`;`);
    this.addSql(`drop table if exists \`account_group\`;`);
    this.addSql(`drop table if exists \`group_member\`;`);

    this.addSql(`alter table \`account\` drop column \`phone_number\`;`);
    this.addSql(`alter table \`account\` drop column \`address\`;`);
    this.addSql(`alter table \`account\` drop column \`attributes\`;`);

    this.addSql(`drop index \`client_registered_at_index\`;`);
    this.addSql(`alter table \`client\` drop column \`origin\`;`);
    this.addSql(`alter table \`client\` drop column \`sealed_previous_secret\`;`);
    this.addSql(`alter table \`client\` drop column \`registered_at\`;`);

    this.addSql(`alter table \`signing_key\` drop column \`active_at\`;`);
    this.addSql(`alter table \`signing_key\` drop column \`revoked_at\`;`);
  }
}
