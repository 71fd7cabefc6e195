import { Module } from '@nestjs/common';
import { Clients } from './clients.service.js';
import { Declarations } from './declarations.service.js';
import { DeclaredClaims } from './declared-claims.js';

/**
 * Owns which applications there are and what each of them may, as the clients file declares it. It speaks no protocol:
 * that is oidc's.
 */
@Module({
  providers: [Clients, Declarations, DeclaredClaims],
  exports: [Clients, Declarations, DeclaredClaims],
})
export class ClientsModule {}
