import type { Refused } from '../users/acted.js';

const WORDS: Record<Refused['why'], (who: string) => string> = {
  'may-not-help': (who) => `${who} is an operator, or of the help desk`,
  'operators-only': () => 'only an operator with every right does this',
  'last-operator': (who) => `${who} is the last operator who can sign in`,
  oneself: () => 'nobody does this to their own account',
  'changed-meanwhile': (who) => `${who} was changed at this very moment: try again`,
  disabled: (who) => `${who} is disabled, and no link works: enable first`,
  leaving: (who) => `${who} is about to be deleted already`,
  'not-leaving': (who) => `${who} is not about to be deleted`,
  taken: () => 'the user name or the e-mail address belongs to an account already',
  'no-mail': () => 'there is no mail server: set SMTP_URL',
  'too-often': () => 'that mailbox has had its share of letters for now',
  'no-recovery': (who) => `${who} asks for no recovery`,
  'no-factor': (who) => `${who} has no such factor`,
  'no-group': () => 'there is no such group; group-create makes it',
  'built-in-group': () => 'groups that start with "gatehouse-" are the built-in ones',
  'not-member': (who) => `${who} was not in it`,
  'not-set': () => 'there is no such thing (any more)',
  'no-session': (who) => `${who} has no such session (any more)`,
  'not-as-seen': (who) => `${who} was changed meanwhile`,
};

/** A refusal in the shell's words. @param who the user name */
export function whyNot({ why }: Refused, who: string): string {
  return WORDS[why](who);
}
