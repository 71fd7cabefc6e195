import type { TestServer } from './server.js';

export interface Route {
  readonly method: 'GET' | 'POST';
  readonly path: string;
}

interface Layer {
  readonly route?: { readonly path: string; readonly methods: Record<string, boolean> };
}

/** Every route of our own pages, as the running server's router has them: a new one cannot be forgotten by a test. */
export function routesOf(server: TestServer): Route[] {
  const { router } = server.app.getHttpAdapter().getInstance() as { router: { stack: Layer[] } };
  return router.stack.flatMap(({ route }) =>
    route
      ? Object.keys(route.methods).map((method) => ({
          method: method.toUpperCase() as Route['method'],
          path: route.path,
        }))
      : [],
  );
}
