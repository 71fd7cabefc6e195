import { Migration0001_initial as postgresql0001 } from '../migrations/postgresql/0001-initial.js';
import { Migration0002_people as postgresql0002 } from '../migrations/postgresql/0002-people.js';
import { Migration0003_relying_applications as postgresql0003 } from '../migrations/postgresql/0003-relying-applications.js';
import { Migration0004_ping_notice as postgresql0004 } from '../migrations/postgresql/0004-ping-notice.js';
import { Migration0005_details as postgresql0005 } from '../migrations/postgresql/0005-details.js';
import { Migration0006_client_of_records as postgresql0006 } from '../migrations/postgresql/0006-client-of-records.js';
import { Migration0007_invitation as postgresql0007 } from '../migrations/postgresql/0007-invitation.js';
import { Migration0008_audit_chain as postgresql0008 } from '../migrations/postgresql/0008-audit-chain.js';
import { Migration0009_operator_clients as postgresql0009 } from '../migrations/postgresql/0009-operator-clients.js';
import { Migration0010_runtime_setting as postgresql0010 } from '../migrations/postgresql/0010-runtime-setting.js';
import { Migration0011_webhooks as postgresql0011 } from '../migrations/postgresql/0011-webhooks.js';
import { Migration0012_console_users as postgresql0012 } from '../migrations/postgresql/0012-console-users.js';
import { Migration0013_audit_filters as postgresql0013 } from '../migrations/postgresql/0013-audit-filters.js';
import { Migration0014_what_became_of_letters as postgresql0014 } from '../migrations/postgresql/0014-what-became-of-letters.js';
import { Migration0015_operator_apis as postgresql0015 } from '../migrations/postgresql/0015-operator-apis.js';
import { Migration0001_initial as sqlite0001 } from '../migrations/sqlite/0001-initial.js';
import { Migration0002_people as sqlite0002 } from '../migrations/sqlite/0002-people.js';
import { Migration0003_relying_applications as sqlite0003 } from '../migrations/sqlite/0003-relying-applications.js';
import { Migration0004_ping_notice as sqlite0004 } from '../migrations/sqlite/0004-ping-notice.js';
import { Migration0005_details as sqlite0005 } from '../migrations/sqlite/0005-details.js';
import { Migration0006_client_of_records as sqlite0006 } from '../migrations/sqlite/0006-client-of-records.js';
import { Migration0007_invitation as sqlite0007 } from '../migrations/sqlite/0007-invitation.js';
import { Migration0008_audit_chain as sqlite0008 } from '../migrations/sqlite/0008-audit-chain.js';
import { Migration0009_operator_clients as sqlite0009 } from '../migrations/sqlite/0009-operator-clients.js';
import { Migration0010_runtime_setting as sqlite0010 } from '../migrations/sqlite/0010-runtime-setting.js';
import { Migration0011_webhooks as sqlite0011 } from '../migrations/sqlite/0011-webhooks.js';
import { Migration0012_console_users as sqlite0012 } from '../migrations/sqlite/0012-console-users.js';
import { Migration0013_audit_filters as sqlite0013 } from '../migrations/sqlite/0013-audit-filters.js';
import { Migration0014_what_became_of_letters as sqlite0014 } from '../migrations/sqlite/0014-what-became-of-letters.js';
import { Migration0015_operator_apis as sqlite0015 } from '../migrations/sqlite/0015-operator-apis.js';
import type { MigrationList } from './database/options.js';

/** Every migration, oldest first; the same names in both folders. */
export const migrations: MigrationList = {
  sqlite: [
    { name: '0001-initial', class: sqlite0001 },
    { name: '0002-people', class: sqlite0002 },
    { name: '0003-relying-applications', class: sqlite0003 },
    { name: '0004-ping-notice', class: sqlite0004 },
    { name: '0005-details', class: sqlite0005 },
    { name: '0006-client-of-records', class: sqlite0006 },
    { name: '0007-invitation', class: sqlite0007 },
    { name: '0008-audit-chain', class: sqlite0008 },
    { name: '0009-operator-clients', class: sqlite0009 },
    { name: '0010-runtime-setting', class: sqlite0010 },
    { name: '0011-webhooks', class: sqlite0011 },
    { name: '0012-console-users', class: sqlite0012 },
    { name: '0013-audit-filters', class: sqlite0013 },
    { name: '0014-what-became-of-letters', class: sqlite0014 },
    { name: '0015-operator-apis', class: sqlite0015 },
  ],
  postgresql: [
    { name: '0001-initial', class: postgresql0001 },
    { name: '0002-people', class: postgresql0002 },
    { name: '0003-relying-applications', class: postgresql0003 },
    { name: '0004-ping-notice', class: postgresql0004 },
    { name: '0005-details', class: postgresql0005 },
    { name: '0006-client-of-records', class: postgresql0006 },
    { name: '0007-invitation', class: postgresql0007 },
    { name: '0008-audit-chain', class: postgresql0008 },
    { name: '0009-operator-clients', class: postgresql0009 },
    { name: '0010-runtime-setting', class: postgresql0010 },
    { name: '0011-webhooks', class: postgresql0011 },
    { name: '0012-console-users', class: postgresql0012 },
    { name: '0013-audit-filters', class: postgresql0013 },
    { name: '0014-what-became-of-letters', class: postgresql0014 },
    { name: '0015-operator-apis', class: postgresql0015 },
  ],
};
