import { integer, optional, text } from './schema.js';

export const PAGE = 50;

/** How lists are read: a page at a time, each from where the last one ended. */
export const LIMIT = integer(1, 200, { default: PAGE, description: 'How many at most' });
export const AFTER = optional(text({ maxLength: 300, description: '`next` of the page before' }));
