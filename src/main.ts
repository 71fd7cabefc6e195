// First of all, and before anything is loaded that has decorators: a bundle keeps no other order (docs/decisions/0039).
import 'reflect-metadata';

await import('./server.js');
