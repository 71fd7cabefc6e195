// npm run bench -- [--quick] [--markdown] [--rows=a,b] [--rounds=n] [--seconds=n] [--prof=folder]
// and, each by itself: --instances, --growth [--users=n --records=n], --soak [--minutes=n]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { physicalLimits } from './limits.mjs';
import { median } from './load.mjs';
import { measureLatency, measureRow, measureSignIns, ROWS } from './rows.mjs';
import { bare, gatehouse } from './subjects.mjs';
import { markdown, text } from './table.mjs';

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    markdown: { type: 'boolean', default: false },
    rows: { type: 'string' },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    prof: { type: 'string' },
    instances: { type: 'boolean', default: false },
    growth: { type: 'boolean', default: false },
    users: { type: 'string' },
    records: { type: 'string' },
    soak: { type: 'boolean', default: false },
    minutes: { type: 'string' },
  },
});
const rounds = Number(options.rounds ?? 3);
const seconds = Number(options.seconds ?? (options.quick ? 1 : 5));
const limit = { seconds, most: 200_000 };
const wanted = options.rows?.split(',');
const isWanted = (id) => !wanted || wanted.includes(id);
const say = (line) => process.stderr.write(`${line}\n`);

const shuffled = (list) =>
  list
    .map((each) => [Math.random(), each])
    .sort(([a], [b]) => a - b)
    .map(([, each]) => each);

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-bench-'));
const subjects = [];
process.once('SIGINT', () => void end(130));

async function end(code) {
  await Promise.all(subjects.map((subject) => subject.server?.stop()));
  rmSync(folder, { recursive: true, force: true });
  process.exit(code);
}

/** What one row needs of a subject; undefined: this server does not offer it. */
async function attempt(subject, measure) {
  try {
    return await measure(subject, limit);
  } catch (error) {
    say(`  ${subject.name}: ${error.message.split('\n')[0]}`);
    return undefined;
  }
}

const measures = {
  ...Object.fromEntries(
    Object.entries(ROWS).map(([id, row]) => [id, (subject, how) => measureRow(row, subject, how)]),
  ),
  'sign-in': measureSignIns,
  latency: measureLatency,
};

async function main() {
  const people = Math.min(2_000, 300 + Math.ceil(seconds * 60));
  const flags = options.prof ? ['--cpu-prof', `--cpu-prof-dir=${options.prof}`] : [];
  subjects.push(await gatehouse(folder, { people, flags }), await bare(folder, { people, flags }));
  const starts = { gatehouse: [], bare: [] };
  for (let count = 0; count < rounds; count++)
    for (const subject of shuffled(subjects)) {
      await subject.restart();
      starts[subject.name].push(subject.server.started);
    }
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  const memory = {};
  for (const { name, server } of subjects)
    memory[name] = { idle: (await server.usage({ collect: true })).memory };

  const limits = [];
  const results = {};
  for (let round = 0; round < rounds; round++) {
    say(`round ${round + 1} of ${rounds}`);
    limits.push(await physicalLimits(Math.min(2, seconds)));
    for (const id of shuffled(Object.keys(measures).filter(isWanted)))
      for (const subject of shuffled(subjects)) {
        const result = await attempt(subject, measures[id]);
        if (result) ((results[id] ??= {})[subject.name] ??= []).push(result);
      }
  }
  for (const { name, server } of subjects)
    memory[name].loaded = (await server.usage({ collect: true })).memory;
  const outcome = { limits, results, memory, starts, seconds, rounds };
  console.log(options.markdown ? markdown(outcome) : text(outcome));
}

const extras = { instances: './instances.mjs', growth: './growth.mjs', soak: './soak.mjs' };

try {
  const [extra] = Object.keys(extras).filter((name) => options[name]);
  if (extra)
    console.log(await (await import(extras[extra])).default({ folder, subjects, seconds, say, options }));
  else await main();
  await end(0);
} catch (error) {
  console.error(error);
  await end(1);
}
