import { describe, expect, it } from '@jest/globals';
import express from 'express';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import request from 'supertest';
import { projectRoot } from '../config/root.js';
import { stylesheet } from './stylesheet.js';

const FILE = join(projectRoot, 'public', 'app.css');

describe('the stylesheet', () => {
  const app = express().use('/app.css', stylesheet(FILE));

  it('is sent without comments and indentation, and says the same', async () => {
    const { text, headers } = await request(app).get('/app.css').expect(200);
    expect(headers['content-type']).toBe('text/css; charset=utf-8');
    expect(headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(text).not.toMatch(/\/\*|\n\s/);
    const spaceless = (css: string) => css.replace(/\/\*[^]*?\*\//g, '').replace(/\s/g, '');
    expect(spaceless(text)).toBe(spaceless(readFileSync(FILE, 'utf8')));
  });

  it('is not sent again to a browser that has it', async () => {
    const { headers } = await request(app).get('/app.css');
    await request(app).get('/app.css').set('If-None-Match', headers['etag']!).expect(304);
    await request(app).post('/app.css').expect(404);
  });
});
