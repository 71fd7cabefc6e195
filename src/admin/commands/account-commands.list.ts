import { REASON } from './reason.js';

const WHO = ['user name or e-mail'];
/** As where its page asks why. */
const WHY = [REASON];

/** The commands for one account: what they are called and take. Kept apart from what they do, so that help needs no database. */
export const ACCOUNT_COMMANDS = {
  create: {
    parameters: ['user name', 'e-mail'],
    help: 'makes an account and prints its first password, once',
    examples: ['create ada ada@example.org'],
  },
  'reset-password': {
    parameters: WHO,
    optional: WHY,
    help: 'prints a new password, once; ends every session; a second factor stays',
    examples: ['reset-password ada'],
  },
  disable: {
    parameters: WHO,
    optional: WHY,
    help: 'no sign-in any more; ends every session and token',
    examples: ['disable ada', 'disable ada --reason="lost the laptop"'],
  },
  enable: { parameters: WHO, optional: WHY, help: 'undoes disable', examples: ['enable ada'] },
  'sign-out': {
    parameters: WHO,
    optional: WHY,
    help: 'ends every session and token; they may sign in again',
    examples: ['sign-out ada'],
  },
  delete: {
    parameters: WHO,
    optional: WHY,
    help: 'disables at once, and removes the account with everything in 7 days',
    examples: ['delete ada'],
  },
  keep: {
    parameters: WHO,
    optional: WHY,
    help: 'undoes delete while there is time; the account stays disabled',
    examples: ['keep ada'],
  },
  unlock: {
    parameters: WHO,
    optional: WHY,
    help: 'forgets failed attempts, also a hard stop after 100 of them',
    examples: ['unlock ada'],
  },
  'password-link': {
    parameters: WHO,
    help: 'prints a link to choose a new password, instead of a mail; 30 minutes, once',
    examples: ['password-link ada'],
  },
  'sign-in-link': {
    parameters: WHO,
    help: 'prints a link that signs in without the password; 1 hour, once; a second factor is asked for as ever',
    examples: ['sign-in-link ada', 'sign-in-link ada --json'],
  },
  'verification-link': {
    parameters: WHO,
    help: 'prints a link that confirms the e-mail address, instead of a mail; 24 hours, once',
    examples: ['verification-link ada'],
  },
  'email-link': {
    parameters: [...WHO, 'new e-mail'],
    help: 'prints a link that moves the account to another address; 24 hours, once',
    examples: ['email-link ada ada@example.net'],
  },
  recoveries: {
    parameters: [],
    help: 'lists who has lost every second factor and asks to get in without',
    examples: ['recoveries'],
  },
  'confirm-recovery': {
    parameters: WHO,
    optional: WHY,
    help: 'lets them, with their password, from now on; make sure who asks',
    examples: ['confirm-recovery ada'],
  },
  'refuse-recovery': {
    parameters: WHO,
    optional: WHY,
    help: 'ends what they ask for; the owner is told',
    examples: ['refuse-recovery ada'],
  },
  'remove-second-factor': {
    parameters: WHO,
    optional: WHY,
    help: 'for someone who lost the authenticator and every backup code; make sure who asks',
    examples: ['remove-second-factor ada'],
  },
} satisfies Record<string, { parameters: string[]; optional?: string[]; help: string; examples: string[] }>;

export type AccountCommand = keyof typeof ACCOUNT_COMMANDS;

export function takesReason(command: AccountCommand): boolean {
  const about = ACCOUNT_COMMANDS[command];
  return 'optional' in about && about.optional.includes(REASON);
}
