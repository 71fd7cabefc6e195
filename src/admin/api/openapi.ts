import { RequestMethod, type Type } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { GATEHOUSE_SCOPES } from '../../clients/gatehouse-api.js';
import { API_PATH } from '../../http/problem.js';
import { OPERATION, SCOPE } from './api.guard.js';
import { isOptional } from './asked.js';
import { PROBLEM, problemResponses, problemsPart } from './openapi.problems.js';
import type { Operation, Parameters } from './operation.js';
import type { Json } from './schema.js';

type Part = Record<string, unknown>;

/** A route of the API as its decorators say it. */
export interface ApiRoute {
  readonly method: string;
  /** As OpenAPI writes it: `/users/{id}`. */
  readonly path: string;
  /** Undefined: it needs no token. */
  readonly scope: string | undefined;
  readonly operation: Operation;
}

export function routesOf(controllers: readonly Type[]): ApiRoute[] {
  return controllers.flatMap((controller) => {
    const { prototype } = controller as { prototype: Record<string, object> };
    const base = Reflect.getMetadata(PATH_METADATA, controller) as string;
    return Object.getOwnPropertyNames(prototype)
      .map((name) => prototype[name]!)
      .filter((handler) => Reflect.hasMetadata(OPERATION, handler))
      .map((handler): ApiRoute => {
        const path = `/${base}/${Reflect.getMetadata(PATH_METADATA, handler) as string}`;
        return {
          method: RequestMethod[Reflect.getMetadata(METHOD_METADATA, handler) as number]!.toLowerCase(),
          path: path
            .replace(/\/+/g, '/')
            .replace(/\/$/, '')
            .replace(API_PATH, '')
            .replace(/:(\w+)/g, '{$1}'),
          scope: Reflect.getMetadata(SCOPE, handler) as string | undefined,
          operation: Reflect.getMetadata(OPERATION, handler) as Operation,
        };
      });
  });
}

/** The whole API as an OpenAPI 3.1 document: what its routes are checked against, written down. */
export function apiDocument(controllers: readonly Type[], issuer: string, version: string): Part {
  const schemas: Record<string, unknown> = { Problem: PROBLEM };
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routesOf(controllers))
    (paths[route.path] ??= {})[route.method] = operationPart(route, schemas);
  return {
    openapi: '3.1.0',
    info: {
      title: 'Gatehouse',
      version,
      summary: 'What operators do, for programs',
      description:
        'Authenticate with an access token of Gatehouse itself (client credentials). See docs/api.md for the scopes, paging, conditional changes and problems.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: issuer + API_PATH }],
    tags: [...new Set(Object.keys(paths).map(tagOf))].map((name) => ({ name })),
    paths,
    components: {
      schemas,
      responses: problemResponses(),
      securitySchemes: {
        gatehouse: {
          type: 'oauth2',
          description: 'Bearer, or DPoP where the token is bound to a key (RFC 9449).',
          flows: { clientCredentials: { tokenUrl: `${issuer}/oidc/token`, scopes: GATEHOUSE_SCOPES } },
        },
      },
    },
  };
}

function operationPart({ path, method, scope, operation }: ApiRoute, schemas: Part): Part {
  const { id, summary, description, body, tagged, answers } = operation;
  const changes = method !== 'get';
  return {
    operationId: id,
    tags: [tagOf(path)],
    summary,
    ...(description ? { description } : {}),
    security: scope ? [{ gatehouse: [scope] }] : [],
    parameters: [
      ...parametersPart('path', operation.path, schemas),
      ...parametersPart('query', operation.query, schemas),
      ...(tagged && changes ? [IF_MATCH] : []),
      ...(tagged && method === 'put' && 201 in answers ? [IF_NONE_MATCH] : []),
    ],
    ...(body
      ? {
          requestBody: {
            required: !isOptional(body.json),
            content: { 'application/json': { schema: written(body.json, schemas) } },
          },
        }
      : {}),
    responses: {
      ...answersPart(operation, schemas),
      ...problemsPart(operation, scope !== undefined, changes),
    },
  };
}

function answersPart({ answers, tagged }: Operation, schemas: Part): Part {
  return Object.fromEntries(
    Object.entries(answers).map(([status, schema]) => [
      status,
      {
        description: SAID[status],
        ...(tagged && schema ? { headers: { ETag: TAG } } : {}),
        ...(schema ? { content: { 'application/json': { schema: written(schema.json, schemas) } } } : {}),
      },
    ]),
  );
}

const SAID: Readonly<Record<string, string>> = {
  200: 'Done',
  201: 'It was made',
  202: 'It has begun',
  204: 'Done',
};

function parametersPart(where: 'path' | 'query', fields: Parameters = {}, schemas: Part): Part[] {
  return Object.entries(fields).map(([name, { json, optional }]) => {
    const { description, ...schema } = json;
    return {
      name,
      in: where,
      required: where === 'path' || (!optional && json.default === undefined),
      ...(description ? { description } : {}),
      schema: written(schema, schemas),
    };
  });
}

/** As it stands in the document: what has a name stands there once. */
function written(json: Json, schemas: Part): Part {
  const { name, properties, items, additionalProperties, ...rest } = json;
  const part: Part = {
    ...rest,
    ...(properties
      ? {
          properties: Object.fromEntries(
            Object.entries(properties).map(([key, each]) => [key, written(each, schemas)]),
          ),
        }
      : {}),
    ...(items ? { items: written(items, schemas) } : {}),
    ...(additionalProperties === undefined
      ? {}
      : { additionalProperties: additionalProperties && written(additionalProperties, schemas) }),
  };
  if (name === undefined) return part;
  schemas[name] = part;
  return { $ref: `#/components/schemas/${name}` };
}

const tagOf = (path: string) => path.split('/')[1]!;

const TAG = { description: 'What it is now, for If-Match', schema: { type: 'string' } };
const IF_MATCH = {
  name: 'If-Match',
  in: 'header',
  description: 'Only if it still is what this ETag stood for; else 412',
  schema: { type: 'string', maxLength: 200 },
};
const IF_NONE_MATCH = {
  name: 'If-None-Match',
  in: 'header',
  description: '`*`: only if there is none yet; else 412',
  schema: { type: 'string', enum: ['*'] },
};

/** As it is kept in docs/openapi.json: of a server that is nobody's, and of no version. */
export function writtenDocument(controllers: readonly Type[]): string {
  return `${JSON.stringify(apiDocument(controllers, 'https://id.example.org', 'v1'), undefined, 2)}\n`;
}
