import { ImportCommands } from '../../src/admin/imports/import-commands.js';
import type { ImportReport } from '../../src/admin/imports/import.service.js';
import type { ClientFate } from '../../src/admin/imports/taken-clients.js';
import { projectRoot } from '../../src/config/root.js';
import { join } from 'node:path';
import type { TestServer } from './server.js';

export type Reported = ImportReport & {
  readonly done: boolean;
  readonly reason?: string;
  readonly clients?: readonly ClientFate[];
  readonly exitCode: number;
};

/** A file that another program made: test/support/foreign. */
export const foreignFile = (name: string) => join(projectRoot, 'test', 'support', 'foreign', name);

/** `gatehouse import …`, and what it said. */
export async function runImport(server: TestServer, ...args: string[]): Promise<Reported> {
  const { message, exitCode = 0 } = await server.app.get(ImportCommands).run('import', args);
  return { ...(JSON.parse(message) as Reported), exitCode };
}

/** What became of each person: `created`, or outcome and reason. */
export function fates({ users }: ImportReport): Record<string, string> {
  return Object.fromEntries(
    users.map(({ user, outcome, reason }) => [user, reason ? `${outcome} ${reason}` : outcome]),
  );
}

export function notesOf({ users }: ImportReport, user: string): readonly string[] {
  return users.find((each) => each.user === user)?.notes ?? [];
}
