import type { Request } from 'express';
import { Problem, type Mistake } from '../../kernel/problem.js';
import { readJson } from './json-body.js';
import type { Asked, Operation, Parameters } from './operation.js';
import type { Json } from './schema.js';
import { mistakesOf } from './schema.check.js';

/** @throws Problem where something else was sent than the operation takes */
export async function readAsked(operation: Operation, req: Request): Promise<Asked<Operation>> {
  const { body: bodySchema, path: pathFields = {}, query: queryFields = {}, answers } = operation;
  const path = parameters('path', pathFields, req.params);
  // Of what cannot be called so there is none; one that is to be made is told why it cannot.
  if (path.mistakes.length > 0 && !(201 in answers)) throw new Problem('not-found');
  const query = parameters('query', queryFields, req.query);
  const body = bodySchema && (isOptional(bodySchema.json) && !hasBody(req) ? {} : await readJson(req));
  const mistakes = [
    ...path.mistakes,
    ...query.mistakes,
    ...(bodySchema ? mistakesOf(bodySchema.json, body) : []),
  ];
  if (mistakes.length > 0) throw new Problem('not-valid', undefined, { mistakes });
  return { path: path.values, query: query.values, body } as unknown as Asked<Operation>;
}

/** Of a body that needs no field there need not be any. */
export function isOptional({ required = [] }: Json): boolean {
  return required.length === 0;
}

function hasBody({ headers }: Request): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

function parameters(where: 'path' | 'query', fields: Parameters, sent: object) {
  const mistakes: Mistake[] = [];
  const values: Record<string, unknown> = {};
  const given = { ...sent } as Record<string, unknown>;
  for (const name of Object.keys(given))
    if (!Object.hasOwn(fields, name))
      mistakes.push({ at: `${where}: ${name.slice(0, 100)}`, detail: 'is not known here' });
  for (const [name, { json, optional }] of Object.entries(fields)) {
    const value = Object.hasOwn(given, name) ? typed(json, given[name]) : json.default;
    if (value === undefined) {
      if (!optional) mistakes.push({ at: `${where}: ${name}`, detail: 'is missing' });
      continue;
    }
    const wrong = Array.isArray(value)
      ? [{ at: '', detail: 'is there more than once' }]
      : mistakesOf(json, value);
    mistakes.push(...wrong.map(({ detail }) => ({ at: `${where}: ${name}`, detail })));
    values[name] = value;
  }
  return { mistakes, values };
}

/** Parameters are texts; what is no number or flag stays one, and is refused as such. */
function typed({ type }: Json, value: unknown): unknown {
  if (type === 'integer' && typeof value === 'string' && /^\d{1,15}$/.test(value)) return Number(value);
  if (type === 'boolean' && (value === 'true' || value === 'false')) return value === 'true';
  return value;
}
