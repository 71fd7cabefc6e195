const WHO = ['user name or e-mail'];

/** The commands for one account: what they are called and take. Kept apart from what they do, so that help needs no database. */
export const ACCOUNT_COMMANDS = {
  create: {
    parameters: ['user name', 'e-mail'],
    help: 'makes an account and prints its first password, once',
  },
  'reset-password': {
    parameters: WHO,
    help: 'prints a new password, once; ends every session; a second factor stays',
  },
  disable: { parameters: WHO, help: 'no sign-in any more; ends every session and token' },
  enable: { parameters: WHO, help: 'undoes disable' },
  unlock: { parameters: WHO, help: 'forgets failed attempts, also a hard stop after 100 of them' },
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
    help: 'lets them, with their password, from now on; make sure who asks',
  },
  'refuse-recovery': { parameters: WHO, help: 'ends what they ask for; the owner is told' },
  'remove-second-factor': {
    parameters: WHO,
    help: 'for someone who lost the authenticator and every backup code; make sure who asks',
  },
} satisfies Record<string, { parameters: string[]; help: string }>;

export type AccountCommand = keyof typeof ACCOUNT_COMMANDS;
