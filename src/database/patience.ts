import { SECOND } from '../kernel/clock.js';

/** Milliseconds. A database that does not answer within this time counts as away (the page then says 503). */
export const PATIENCE = 2 * SECOND;
