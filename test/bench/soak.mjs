import { measureLatency } from './rows.mjs';
import { gatehouse } from './subjects.mjs';

const RATE = 300;

/** Whether memory grows under a load that does not: what is used after a collection, through ten minutes. */
export default async function soak({ folder, subjects, say, options }) {
  const minutes = Number(options.minutes ?? 10);
  const subject = await gatehouse(folder, { people: 20 });
  subjects.push(subject);
  await subject.restart();
  const samples = [];
  const until = performance.now() + minutes * 60_000;
  while (performance.now() < until) {
    await measureLatency(subject, { seconds: 10, rate: RATE });
    const { memory } = await subject.server.usage({ collect: true });
    samples.push({ minute: (samples.length + 1) / 6, megabytes: memory / 1024 / 1024 });
    say(`${samples.at(-1).minute.toFixed(1)} min ${samples.at(-1).megabytes.toFixed(1)} MB`);
  }
  // The first third warms up.
  const settled = samples.slice(Math.floor(samples.length / 3));
  return `memory under ${RATE} client_credentials/s for ${minutes} minutes: ${slope(settled).toFixed(2)} MB a minute (goal: 0)`;
}

/** Least squares. */
function slope(samples) {
  const mean = (field) => samples.reduce((sum, sample) => sum + sample[field], 0) / samples.length;
  const [x, y] = [mean('minute'), mean('megabytes')];
  const above = samples.reduce((sum, { minute, megabytes }) => sum + (minute - x) * (megabytes - y), 0);
  return above / samples.reduce((sum, { minute }) => sum + (minute - x) ** 2, 0);
}
