import { Controller, Get } from '@nestjs/common';
import { Declarations } from '../../clients/declarations.service.js';
import { Api, Sent } from './api.guard.js';
import { ok, operation, type Answer, type Asked } from './operation.js';
import { among, integer, listOf, nullable, shape, text } from './schema.js';

const ApiDescribed = shape('Api', {
  identifier: text({ description: 'The audience of its tokens' }),
  name: text(),
  scopes: listOf(shape('ApiScope', { name: text(), description: nullable(text()) })),
  tokenFormat: among(['jwt', 'opaque']),
  tokenLifetime: nullable(integer(30, 86_400, { description: 'Seconds; null: as long as any access token' })),
  clientId: nullable(text({ description: 'The client that the API is where it asks something itself' })),
});

const LIST = operation({
  id: 'listApis',
  summary: 'The APIs that the clients file declares',
  answers: { 200: shape('Apis', { items: listOf(ApiDescribed) }) },
});

/** APIs; the clients file says which there are. */
@Controller('api/v1/apis')
export class ApisController {
  constructor(private readonly declarations: Declarations) {}

  @Api('clients.read', LIST)
  @Get()
  async list(@Sent() _sent: Asked<typeof LIST>): Promise<Answer> {
    const apis = await this.declarations.apis(await this.declarations.names('apis'));
    return ok({
      items: apis.map(({ identifier, name, scopes, format, lifetime, clientId }) => ({
        identifier,
        name,
        scopes: scopes.map((scope) => ({ name: scope.name, description: scope.description ?? null })),
        tokenFormat: format,
        tokenLifetime: lifetime ?? null,
        clientId: clientId ?? null,
      })),
    });
  }
}
