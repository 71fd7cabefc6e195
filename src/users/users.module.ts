import { Module } from '@nestjs/common';
import { AttemptsModule } from '../attempts/attempts.module.js';
import { AuditModule } from '../audit/audit.module.js';
import { HttpModule } from '../http/http.module.js';
import { MailModule } from '../mail/mail.module.js';
import { AccountDeletion } from './account-deletion.service.js';
import { Accounts } from './accounts.service.js';
import { AvatarController } from './avatar.controller.js';
import { Avatars } from './avatars.service.js';
import { Correspondence } from './correspondence.js';
import { DeletionListener } from './deletion.listener.js';
import { EmailChange } from './email-change.service.js';
import { EmailVerification } from './email-verification.service.js';
import { Groups } from './groups.service.js';
import { Operators } from './operators.service.js';
import { InvitationsController } from './invitations.controller.js';
import { Invitations } from './invitations.js';
import { ImportedAccounts } from './imported-accounts.js';
import { ImportedHashes } from './imported-hashes.js';
import { LettersToStrangers } from './letters-to-strangers.js';
import { LinkPages } from './link-page.js';
import { LinksController } from './links.controller.js';
import { MailQuota } from './mail-quota.js';
import { OneTimeLinks } from './one-time-links.js';
import { PasswordHashes } from './password-hash.js';
import { PasswordPolicy } from './password-policy.js';
import { PasswordResetController } from './password-reset.controller.js';
import { PasswordReset } from './password-reset.service.js';
import { Passwords } from './passwords.service.js';
import { PersonFacts } from './person-facts.service.js';
import { Pictures } from './picture.js';
import { Profiles } from './profile.service.js';
import { RegistrationController } from './registration.controller.js';
import { Registration } from './registration.service.js';
import { SetUpLinks } from './set-up-links.js';

/** Owns accounts, their identifiers, passwords and the links that are mailed about them. It knows no second factor and no session. */
@Module({
  imports: [HttpModule, AuditModule, MailModule, AttemptsModule],
  controllers: [
    AvatarController,
    RegistrationController,
    PasswordResetController,
    LinksController,
    InvitationsController,
  ],
  providers: [
    AccountDeletion,
    Accounts,
    Avatars,
    Correspondence,
    DeletionListener,
    EmailChange,
    EmailVerification,
    Groups,
    Operators,
    Invitations,
    ImportedAccounts,
    ImportedHashes,
    LettersToStrangers,
    LinkPages,
    MailQuota,
    OneTimeLinks,
    PasswordHashes,
    PasswordPolicy,
    PasswordReset,
    Passwords,
    PersonFacts,
    Pictures,
    Profiles,
    Registration,
    SetUpLinks,
  ],
  exports: [
    MailQuota,
    AccountDeletion,
    Accounts,
    Avatars,
    EmailChange,
    EmailVerification,
    Groups,
    Operators,
    Invitations,
    ImportedAccounts,
    LinkPages,
    MailQuota,
    OneTimeLinks,
    PasswordHashes,
    PasswordPolicy,
    Passwords,
    PersonFacts,
    Pictures,
    Profiles,
    Registration,
    SetUpLinks,
  ],
})
export class UsersModule {}
