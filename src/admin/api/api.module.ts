import { Module } from '@nestjs/common';
import { AuditModule } from '../../audit/audit.module.js';
import { MailModule } from '../../mail/mail.module.js';
import { OidcModule } from '../../oidc/oidc.module.js';
import { AdminModule } from '../admin.module.js';
import { API_CONTROLLERS } from './controllers.js';
import { DocumentController } from './document.controller.js';
import { OtherMethodsController } from './other-methods.controller.js';
import { People } from './people.js';

/**
 * Owns what programs may do of what operators do: which token opens what, what is taken and given, and the document that says so.
 * It does nothing itself: each route calls the service that a page or a command would call.
 */
@Module({
  imports: [AdminModule, AuditModule, OidcModule, MailModule],
  // The last one takes what the others have left.
  controllers: [...API_CONTROLLERS, DocumentController, OtherMethodsController],
  providers: [People],
})
export class ApiModule {}
