import type { Type } from '@nestjs/common';
import { ApisController } from './apis.controller.js';
import { AuditController } from './audit.controller.js';
import { AuditVerificationController } from './audit-verification.controller.js';
import { ClientsController } from './clients.controller.js';
import { GroupsController } from './groups.controller.js';
import { InvitationsController } from './invitations.controller.js';
import { KeysController } from './keys.controller.js';
import { LettersController } from './letters.controller.js';
import { LogoutNoticesController } from './logout-notices.controller.js';
import { ServerController } from './server.controller.js';
import { UserActionsController } from './user-actions.controller.js';
import { UserFactsController } from './user-facts.controller.js';
import { UserLinksController } from './user-links.controller.js';
import { UsersController } from './users.controller.js';

/** Every controller of the API, in the order of its document. */
export const API_CONTROLLERS: readonly Type[] = [
  UsersController,
  UserActionsController,
  UserLinksController,
  UserFactsController,
  GroupsController,
  InvitationsController,
  ClientsController,
  ApisController,
  LettersController,
  LogoutNoticesController,
  KeysController,
  AuditController,
  AuditVerificationController,
  ServerController,
];
