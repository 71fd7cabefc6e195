import { SetUpCommands } from '../../src/admin/commands/set-up-commands.js';
import { Groups, OPERATORS } from '../../src/users/groups.service.js';
import { SetUpLinks } from '../../src/users/set-up-links.js';
import type { Browser } from './browser.js';
import type { Person } from './people.js';
import type { TestServer } from './server.js';

/** The set-up link, as the server prints it when it starts. */
export async function setUpLink(server: TestServer): Promise<string> {
  return (await server.app.get(SetUpLinks).current())!.url;
}

/** A new one, as the shell prints it. */
export async function newSetUpLink(server: TestServer): Promise<string> {
  const { done, message } = await server.app.get(SetUpCommands).run('setup-link');
  if (!done) throw new Error(message);
  return message.split('\n').at(-1)!;
}

/** Who may use the operators' pages. */
export async function operators(server: TestServer): Promise<string[]> {
  return (await server.app.get(Groups).members(OPERATORS)).map(({ username }) => username);
}

/** Opens the link, registers, signs in and sets a second factor up: all but the last button. */
export async function nearlyOperator(browser: Browser, link: string, person: Person): Promise<void> {
  await browser.open(link);
  await browser.press('submit');
  await browser.press('submit', {
    username: person.username,
    email: person.email,
    password: person.password,
  });
  await browser.click('continue');
  await browser.enterPassword(person);
  await browser.setUpAuthenticator(person);
  await browser.typeBackupCodeBack();
}
