import { Connection } from './connection.mjs';

/**
 * As many as `workers` at once, each one operation after the other, until the time or the count is over.
 * @param operation (connection, state of the worker) => Promise; it throws when the answer is not the right one
 * @param prepare what a worker needs: (connection, number of the worker) => Promise of its state
 * @param pace milliseconds from one start of a worker to its next; absent: as soon as it can
 */
export async function closedLoop({
  port,
  workers,
  seconds,
  most = Infinity,
  operation,
  prepare,
  server,
  pace,
}) {
  const connections = await Promise.all(Array.from({ length: workers }, () => Connection.open(port)));
  const states = [];
  for (const [number, connection] of connections.entries()) states.push(await prepare?.(connection, number));
  const times = [];
  const before = await server?.usage();
  const started = performance.now();
  const until = started + seconds * 1000;
  let begun = 0;
  await Promise.all(
    connections.map(async (connection, number) => {
      while (performance.now() < until && begun++ < most) {
        const at = performance.now();
        await operation(connection, states[number]);
        times.push(performance.now() - at);
        const rest = pace - (performance.now() - at);
        if (rest > 0) await new Promise((resolve) => setTimeout(resolve, rest));
      }
    }),
  );
  const elapsed = (performance.now() - started) / 1000;
  const after = await server?.usage();
  for (const connection of connections) connection.close();
  return { ...summary(times, elapsed), cpu: server && (after.cpu - before.cpu) / times.length };
}

/** So many starts a second whatever the answers do; a start that had to wait for a connection waits in its latency. */
export async function openLoop({ port, rate, seconds, connections: count, operation, server }) {
  const free = await Promise.all(Array.from({ length: count }, () => Connection.open(port)));
  const all = [...free];
  const times = [];
  const queue = [];
  const total = Math.round(rate * seconds);
  const before = await server.usage();
  const started = performance.now();
  let failure;
  const run = (intended) => {
    // In turn: the server closes one that was not used for some seconds.
    const connection = free.shift();
    if (!connection) return queue.push(intended);
    operation(connection)
      .then(() => times.push(performance.now() - intended))
      .catch((error) => (failure ??= error))
      .finally(() => {
        free.push(connection);
        if (queue.length > 0) run(queue.shift());
      });
  };
  for (let begun = 0; begun < total && !failure;) {
    const due = Math.min(total, Math.floor(((performance.now() - started) * rate) / 1000));
    while (begun < due) run(started + (begun++ * 1000) / rate);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const patience = performance.now() + 10_000;
  while (times.length < total && !failure && performance.now() < patience)
    await new Promise((resolve) => setTimeout(resolve, 10));
  const after = await server.usage();
  for (const connection of all) connection.close();
  if (failure) throw failure;
  return {
    ...summary(times, (performance.now() - started) / 1000),
    cpu: (after.cpu - before.cpu) / times.length,
  };
}

function summary(times, elapsed) {
  const sorted = Float64Array.from(times).sort();
  const at = (part) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
  return { count: times.length, perSecond: times.length / elapsed, p50: at(0.5), p99: at(0.99) };
}

export function median(numbers) {
  const known = numbers.filter((number) => Number.isFinite(number)).sort((a, b) => a - b);
  return known[Math.floor(known.length / 2)];
}
