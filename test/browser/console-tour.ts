import { GroupCommands } from '../../src/admin/commands/group-commands.js';
import { addEnrolled, somebody } from '../support/enrolled.js';
import type { Person } from '../support/people.js';
import { settingsPages } from './settings-tour.js';
import type { Tour } from './tour.js';

/** Signs somebody in who has every right on the operators' pages, or helps people there. */
export async function signInAs(role: 'operator' | 'help-desk', { stage, window }: Tour): Promise<Person> {
  const person = somebody();
  await addEnrolled(stage.server, person);
  await stage.server.app.get(GroupCommands).run(`${role}-add`, [person.username]);
  await window.open('/dashboard');
  await window.signIn(person);
  await window.submit({ code: person.authenticator!.code(stage.server.clock.now(), 1) });
  return person;
}

/** The navigation of an operator, and the first page. */
async function overview(tour: Tour): Promise<void> {
  await signInAs('operator', tour);
  await tour.window.open('/admin');
  await tour.visit('console-first-steps');
}

/** One walk for each part of the operators' pages. */
export const CONSOLE_TOURS = Object.entries({ overview, settingsPages });
