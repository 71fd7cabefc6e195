import { Module } from '@nestjs/common';
import { ClientRefusals } from './client-refusals.service.js';
import { Clients } from './clients.service.js';
import { Declarations } from './declarations.service.js';
import { DeclaredClaims } from './declared-claims.js';
import { FileClients } from './file-clients.service.js';
import { OperatorApis } from './operator-apis.service.js';
import { OperatorClients } from './operator-clients.service.js';
import { RegisteredClients } from './registered-clients.service.js';
import { RegistrationQuota } from './registration-quota.js';

/**
 * Owns which applications there are and what each of them may, as the clients file or an operator declares it or as it
 * registered itself.
 * It speaks no protocol: that is oidc's.
 */
@Module({
  providers: [
    ClientRefusals,
    Clients,
    Declarations,
    DeclaredClaims,
    FileClients,
    OperatorApis,
    OperatorClients,
    RegisteredClients,
    RegistrationQuota,
  ],
  exports: [
    ClientRefusals,
    Clients,
    Declarations,
    DeclaredClaims,
    FileClients,
    OperatorApis,
    OperatorClients,
    RegisteredClients,
    RegistrationQuota,
  ],
})
export class ClientsModule {}
