import { PROBLEMS, type ProblemKind } from '../../kernel/problem.js';
import type { Operation } from './operation.js';

type Part = Record<string, unknown>;

/** RFC 9457. */
export const PROBLEM = {
  type: 'object',
  description: 'RFC 9457',
  required: ['type', 'title', 'status'],
  properties: {
    type: {
      type: 'string',
      enum: Object.keys(PROBLEMS).map((kind) => `urn:gatehouse:problem:${kind}`),
    },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    instance: { type: 'string', description: 'Of a failure of the server: what its log calls the request' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['at', 'detail'],
        properties: {
          at: { type: 'string', description: 'A JSON pointer into the body, or the name of a parameter' },
          detail: { type: 'string' },
        },
        additionalProperties: false,
      },
    },
  },
  additionalProperties: false,
};

const HEADERS: Readonly<Record<number, Part>> = {
  401: { 'WWW-Authenticate': { schema: { type: 'string' } } },
  403: { 'WWW-Authenticate': { description: 'Where a scope is missing', schema: { type: 'string' } } },
  405: { Allow: { description: 'The methods that it knows', schema: { type: 'string' } } },
  429: { 'Retry-After': { schema: { type: 'integer' } } },
  503: { 'Retry-After': { schema: { type: 'integer' } } },
};

/** One for each status, which may stand for several kinds. */
export function problemResponses(): Part {
  const statuses = new Set(Object.values(PROBLEMS).map(({ status }) => status));
  return Object.fromEntries(
    [...statuses].map((status) => {
      const kinds = Object.entries(PROBLEMS).filter(([, problem]) => problem.status === status);
      const response = {
        description: kinds.map(([kind, { title }]) => `${title} (\`${kind}\`)`).join('; '),
        ...(HEADERS[status] ? { headers: HEADERS[status] } : {}),
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      };
      return [`Problem${status}`, response];
    }),
  );
}

/** Which of them an operation may answer. */
export function problemsPart(operation: Operation, needsToken: boolean, changes: boolean): Part {
  const { body, query, path, answers, tagged, problems = [] } = operation;
  const kinds: ProblemKind[] = [
    'bad-request',
    ...(needsToken ? (['unauthorized', 'insufficient-scope'] as const) : []),
    ...(path ? (['not-found'] as const) : []),
    ...(tagged && changes ? (['changed-meanwhile'] as const) : []),
    ...(body ? (['too-large', 'not-json'] as const) : []),
    ...(body || query || 201 in answers ? (['not-valid'] as const) : []),
    ...problems,
    'internal',
    'busy',
  ];
  return Object.fromEntries(
    kinds
      .map((kind) => PROBLEMS[kind].status)
      .map((status) => [status, { $ref: `#/components/responses/Problem${status}` }]),
  );
}
