import { Injectable } from '@nestjs/common';
import { Events } from '../kernel/events.js';
import { accountDeleted } from '../users/events.js';

const TABLES = ['authenticator', 'passkey', 'backup_code', 'backup_code_set', 'recovery_request'];

/** The factors of an account go with it. Remembered devices see to themselves (remembered-devices.ts). */
@Injectable()
export class FactorDeletionListener {
  constructor(events: Events) {
    events.on(accountDeleted, async ({ accountId, sql }) => {
      for (const table of TABLES) await sql.run(`DELETE FROM ${table} WHERE account_id = ?`, accountId);
    });
  }
}
