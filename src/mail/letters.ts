import type { Letter } from './letter.js';

/**
 * One function for each message: which words it has, which facts they need, and where its links lead.
 * The words stand in the catalogues. Links are absolute; a Date becomes text in the reader's language.
 */

/** When and from where it was done; absent where nobody knows. */
type Happened = Letter['happened'];

/** What an owner is told after the event: they compare, and object where it was not them. */
interface Told {
  readonly happened: Happened;
  /** The page that says what to do when it was somebody else. */
  readonly notMe: string;
}

interface LimitedLink {
  readonly link: string;
  /** When the link stops working. */
  readonly until: Date;
}

// ---- an address ----

export const verifyEmail = ({ link, until }: LimitedLink): Letter => ({
  name: 'verify-email',
  params: { until },
  action: link,
});

/** @param signIn the sign-in page, from where a new password is one step away */
export const alreadyRegistered = ({ signIn }: { signIn: string }): Letter => ({
  name: 'already-registered',
  action: signIn,
});

/** @param wanted the name that somebody else has */
export const usernameTaken = ({ wanted, register }: { wanted: string; register: string }): Letter => ({
  name: 'username-taken',
  params: { wanted },
  action: register,
});

export const confirmNewEmail = ({ email, link, until }: LimitedLink & { email: string }): Letter => ({
  name: 'confirm-new-email',
  params: { email, until },
  action: link,
});

/** Says nothing of who asked: that is another person. */
export const emailTaken = (): Letter => ({ name: 'email-taken' });

export const emailChangeRequested = ({ newEmail, ...told }: Told & { newEmail: string }): Letter => ({
  name: 'email-change-requested',
  params: { newEmail },
  ...told,
});

/** @param link undoes the change */
export const emailChanged = (
  facts: LimitedLink & { oldEmail: string; newEmail: string; happened: Happened },
): Letter => ({
  name: 'email-changed',
  params: { oldEmail: facts.oldEmail, newEmail: facts.newEmail, until: facts.until },
  action: facts.link,
  happened: facts.happened,
});

/** @param email the address that counts again */
export const emailChangeUndone = ({ email, ...told }: Told & { email: string }): Letter => ({
  name: 'email-change-undone',
  params: { email },
  ...told,
});

/** To the address that has lost the account again. */
export const emailTakenBack = (): Letter => ({ name: 'email-taken-back' });

/** To somebody who has no account. @param link lets them register */
export const invitation = ({ link, until }: LimitedLink): Letter => ({
  name: 'invitation',
  params: { until },
  action: link,
});

// ---- the password ----

export const resetPassword = ({ link, until, happened }: LimitedLink & { happened: Happened }): Letter => ({
  name: 'reset-password',
  params: { until },
  action: link,
  happened,
});

/** The owner has thrown everybody out: this link is the way back in. */
export const passwordBlocked = ({ link, until }: LimitedLink): Letter => ({
  name: 'password-blocked',
  params: { until },
  action: link,
});

export const passwordChanged = (told: Told): Letter => ({ name: 'password-changed', ...told });

export const passwordRemoved = (told: Told): Letter => ({ name: 'password-removed', ...told });

// ---- the factors ----

/** @param name what its owner calls it */
export const totpAdded = ({ name, ...told }: Told & { name: string }): Letter => ({
  name: 'totp-added',
  params: { name },
  ...told,
});

export const totpRemoved = ({ name, ...told }: Told & { name: string }): Letter => ({
  name: 'totp-removed',
  params: { name },
  ...told,
});

export const passkeyAdded = ({ name, ...told }: Told & { name: string }): Letter => ({
  name: 'passkey-added',
  params: { name },
  ...told,
});

export const passkeyRemoved = ({ name, ...told }: Told & { name: string }): Letter => ({
  name: 'passkey-removed',
  params: { name },
  ...told,
});

/** Its counter went backwards: there may be a copy. */
export const passkeySuspect = ({ name, ...told }: Told & { name: string }): Letter => ({
  name: 'passkey-suspect',
  params: { name },
  ...told,
});

export const secondFactorOff = (told: Told): Letter => ({ name: 'second-factor-off', ...told });

export const backupCodesMade = (told: Told): Letter => ({ name: 'backup-codes-made', ...told });

const FEW = 3;

/** @param newCodes the page that makes new ones, offered when few are left */
export const backupCodeUsed = ({
  left,
  newCodes,
  ...told
}: Told & { left: number; newCodes: string }): Letter =>
  left > FEW
    ? { name: 'backup-code-used', params: { left }, ...told }
    : { name: 'backup-codes-low', params: { left }, action: newCodes, ...told };

// ---- signing in, and getting in again ----

/** @param client what they went to with it, as people call it */
export const newBrowser = ({ client, ...told }: Told & { client: string }): Letter => ({
  name: 'new-browser',
  params: { client },
  ...told,
});

/**
 * @param cancel stops it
 * @param effectiveAt when it takes effect by itself; null: when an operator confirms it
 */
export const recoveryRequested = (facts: {
  cancel: string;
  effectiveAt: Date | null;
  happened: Happened;
}): Letter => {
  const { cancel: action, effectiveAt, happened } = facts;
  return effectiveAt
    ? { name: 'recovery-requested', params: { effectiveAt }, action, happened }
    : { name: 'recovery-asked-of-operator', action, happened };
};

export const recoveryCancelled = (told: Told): Letter => ({ name: 'recovery-cancelled', ...told });

export const recoveryUsed = (told: Told): Letter => ({ name: 'recovery-used', ...told });

/** @param approvals the page where the answer is given */
export const approvalRequested = (facts: { client: string; approvals: string }): Letter => ({
  name: 'approval-requested',
  params: { client: facts.client },
  action: facts.approvals,
});

// ---- for operators ----

export const mailTest = (): Letter => ({ name: 'mail-test' });

// ---- the end of an account ----

/** @param keep the page where the owner takes it back */
export const deletionRequested = (facts: { dueAt: Date; keep: string; happened: Happened }): Letter => ({
  name: 'deletion-requested',
  params: { dueAt: facts.dueAt },
  action: facts.keep,
  happened: facts.happened,
});

/** An operator decided it: there is nothing that the owner can press. */
export const deletionDecided = ({ dueAt }: { dueAt: Date }): Letter => ({
  name: 'deletion-decided',
  params: { dueAt },
});

export const deletionCancelled = (told: Told): Letter => ({ name: 'deletion-cancelled', ...told });

export const accountDeleted = (): Letter => ({ name: 'account-deleted' });
