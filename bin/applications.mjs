// Writes docs/applications.md and the pages below it from the templates in src/applications (npm run docs:applications).
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { applicationDocuments } from '../dist/src/applications/documents.js';

const docs = join(import.meta.dirname, '../docs');
rmSync(join(docs, 'applications'), { recursive: true, force: true });
mkdirSync(join(docs, 'applications'));
for (const [path, text] of Object.entries(applicationDocuments())) writeFileSync(join(docs, path), text);
