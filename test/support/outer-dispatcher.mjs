/**
 * Node keeps the dispatcher of its own `fetch` under a symbol of the global object, made with the first look at `Response`.
 * Jest gives the tests another global object, without it: the provider, which makes its guard of outgoing requests after
 * that dispatcher, found none and warned of it. In the program there is one.
 */
const outer = Response.constructor('return globalThis')();
for (const version of [1, 2]) {
  const name = Symbol.for(`undici.globalDispatcher.${version}`);
  if (outer[name]) globalThis[name] ??= outer[name];
}
