import { REASON } from './reason.js';

const WHO = ['user name or e-mail'];
/** As where its page asks why. */
const WHY = [REASON];

/** The commands for one account: what they are called and take. Kept apart from what they do, so that help needs no database. */
export const ACCOUNT_COMMANDS = {
  create: {
    parameters: ['user name', 'e-mail'],
    help: 'makes an account and prints its first password, once',
  },
  'reset-password': {
    parameters: WHO,
    optional: WHY,
    help: 'prints a new password, once; ends every session; a second factor stays',
  },
  disable: {
    parameters: WHO,
    optional: WHY,
    help: 'no sign-in any more; ends every session and token',
    examples: ['disable ada --reason="lost the laptop"'],
  },
  enable: { parameters: WHO, optional: WHY, help: 'undoes disable' },
  unlock: {
    parameters: WHO,
    optional: WHY,
    help: 'forgets failed attempts, also a hard stop after 100 of them',
  },
  'password-link': {
    parameters: WHO,
    help: 'prints a link to choose a new password, instead of a mail; 30 minutes, once',
  },
  'sign-in-link': {
    parameters: WHO,
    help: 'prints a link that signs in without the password; 1 hour, once; a second factor is asked for as ever',
  },
  'verification-link': {
    parameters: WHO,
    help: 'prints a link that confirms the e-mail address, instead of a mail; 24 hours, once',
  },
  'email-link': {
    parameters: [...WHO, 'new e-mail'],
    help: 'prints a link that moves the account to another address; 24 hours, once',
  },
  recoveries: { parameters: [], help: 'lists who has lost every second factor and asks to get in without' },
  'confirm-recovery': {
    parameters: WHO,
    optional: WHY,
    help: 'lets them, with their password, from now on; make sure who asks',
  },
  'refuse-recovery': {
    parameters: WHO,
    optional: WHY,
    help: 'ends what they ask for; the owner is told',
  },
  'remove-second-factor': {
    parameters: WHO,
    optional: WHY,
    help: 'for someone who lost the authenticator and every backup code; make sure who asks',
  },
} satisfies Record<string, { parameters: string[]; optional?: string[]; help: string; examples?: string[] }>;

export type AccountCommand = keyof typeof ACCOUNT_COMMANDS;

export function takesReason(command: AccountCommand): boolean {
  const about = ACCOUNT_COMMANDS[command];
  return 'optional' in about && about.optional.includes(REASON);
}
