/** Everything this server writes to people about, and the facts that a letter of the kind is made from. */
export interface MailFacts {
  /** A link that confirms the account's present address. */
  'verify-email': Record<string, never>;
  /** Somebody registered with an address that has an account: its owner is told, the page says nothing. */
  'already-registered': Record<string, never>;
  /** The address is free, the user name is not; no account exists for it. */
  'username-taken': { readonly email: string; readonly username: string; readonly locale: string };
  /** A link to a new password. */
  'reset-password': Record<string, never>;
  /** A link that makes this address the account's; it goes to this address. */
  'confirm-new-email': { readonly email: string; readonly begunWith: number | null };
  /** The address that somebody wants to move an account to belongs to another one, whose owner is told. */
  'email-taken': Record<string, never>;
  /** To the address that is still the account's. */
  'email-change-requested': { readonly newEmail: string };
  /** To the address that was the account's until now, with a link to undo the change. */
  'email-changed': { readonly oldEmail: string; readonly newEmail: string; readonly reservation: string };
  'email-change-undone': Record<string, never>;
  /** To the address that the account has no longer, because its former owner took it back. */
  'email-taken-back': { readonly email: string; readonly username: string; readonly locale: string };
  /** The owner said that somebody else was in the account: a link to a new password, which is needed now. */
  'password-blocked': Record<string, never>;
  'password-changed': Record<string, never>;
  'password-removed': Record<string, never>;
  'second-factor-added': { readonly factor: AddedFactor; readonly id: string; readonly name: string };
  'second-factor-removed': { readonly factor: AddedFactor; readonly name: string };
  /** Every second factor was removed. */
  'second-factor-off': Record<string, never>;
  'backup-codes-made': Record<string, never>;
  'backup-code-used': { readonly left: number };
  /** A passkey's counter went backwards. */
  'passkey-suspect': { readonly name: string };
  /** `since`: when that sign-in began. */
  'new-browser': { readonly client: string; readonly since: number };
  /** An application waits for the person's answer in the account centre. */
  'approval-requested': { readonly client: string };
  /** One for each address of the account, with a link to cancel. */
  'recovery-requested': { readonly email: string; readonly effectiveAt: number | null };
  'recovery-cancelled': Record<string, never>;
  'recovery-used': Record<string, never>;
  'deletion-requested': { readonly dueAt: number };
  /** An operator wants it so. */
  'deletion-decided': { readonly dueAt: number };
  'deletion-cancelled': Record<string, never>;
  /** To somebody who has no account yet, with a link to register with; its token is made when the letter is sent. */
  invitation: { readonly email: string; readonly invitation: string; readonly locale: string };
  /** The account is gone already. */
  'account-deleted': {
    readonly email: string;
    /** Whether somebody has shown that the address is theirs. */
    readonly confirmed: boolean;
    readonly username: string;
    readonly locale: string;
  };
}

export type MailKind = keyof MailFacts;
export type AddedFactor = 'totp' | 'passkey';
