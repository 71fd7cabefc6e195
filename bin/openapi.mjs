import 'reflect-metadata';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { API_CONTROLLERS } from '../dist/src/admin/api/controllers.js';
import { writtenDocument } from '../dist/src/admin/api/openapi.js';
import { projectRoot } from '../dist/src/config/root.js';

// npm run docs:api
writeFileSync(join(projectRoot, 'docs', 'openapi.json'), writtenDocument(API_CONTROLLERS));
