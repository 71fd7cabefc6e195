import { availableParallelism, cpus, totalmem } from 'node:os';
import { median } from './load.mjs';
import { ROWS } from './rows.mjs';

const of = (list, field) => median((list ?? []).map((each) => each[field]));
const rate = (value) => (value === undefined ? '–' : value >= 100 ? value.toFixed(0) : value.toFixed(1));
const micro = (value) => (value === undefined ? '–' : `${value.toFixed(0)} µs`);
const times = (value) => (Number.isFinite(value) ? `${value.toFixed(2)} ×` : '–');
const mega = (bytes) => `${(bytes / 1024 / 1024).toFixed(0)} MB`;
const verdict = (met) => (met ? 'yes' : 'no');

/** One line for each row: what, Gatehouse's, the reference's, CPU of both, the ratio, the goal, and whether it is met. */
function lines({ limits, results, memory, starts }) {
  const rows = [];
  const line = (...cells) => rows.push(cells);
  for (const [id, { title, goal }] of Object.entries(ROWS)) {
    if (!results[id]) continue;
    const { gatehouse, bare } = results[id];
    const ratio = of(gatehouse, 'perSecond') / of(bare, 'perSecond');
    line(
      title,
      `${rate(of(gatehouse, 'perSecond'))}/s`,
      `${rate(of(bare, 'perSecond'))}/s`,
      micro(of(gatehouse, 'cpu')),
      micro(of(bare, 'cpu')),
      times(ratio),
      `≥ ${goal} ×`,
      Number.isFinite(ratio) ? verdict(ratio >= goal) : 'not offered',
    );
  }
  signIns(line, results, limits);
  latency(line, results);
  const start = ['gatehouse', 'bare'].map((name) => median(starts[name]));
  const ratio = start[0] / start[1];
  line(
    'start to first answer',
    ...start.map((ms) => `${ms.toFixed(0)} ms`),
    '',
    '',
    times(ratio),
    '≤ 2 ×',
    verdict(ratio <= 2),
  );
  for (const [field, title, goal] of [
    ['idle', 'memory, idle', 1.6],
    ['loaded', 'memory after the load', 1.2],
  ]) {
    const [own, reference] = [memory.gatehouse[field], memory.bare[field]];
    const part = own / reference;
    line(title, mega(own), mega(reference), '', '', times(part), `≤ ${goal} ×`, verdict(part <= goal));
  }
  return rows;
}

/** A sign-in is held against the hash, which is most of it. */
function signIns(line, results, limits) {
  if (!results['sign-in']) return;
  const { gatehouse, bare } = results['sign-in'];
  const hashes = median(limits.map(({ hashes }) => hashes.perSecond));
  const hashCpu = median(limits.map(({ hashes }) => hashes.cpu));
  const part = of(gatehouse, 'perSecond') / hashes;
  const goal = availableParallelism() > 1 ? 0.8 : 0.6;
  const [cpu, bareCpu] = [of(gatehouse, 'cpu'), of(bare, 'cpu')];
  line(
    'sign-in, password and TOTP, by argon2 hashes/s',
    `${rate(of(gatehouse, 'perSecond'))}/s`,
    `${rate(of(bare, 'perSecond'))}/s (password only)`,
    micro(cpu),
    micro(bareCpu),
    `${part.toFixed(2)} of ${rate(hashes)} hashes/s`,
    `≥ ${goal}`,
    verdict(part >= goal),
  );
  const rest = (cpu - hashCpu) / 1000;
  const own = [`${rest.toFixed(1)} ms`, `${((bareCpu - hashCpu) / 1000).toFixed(1)} ms`];
  line('sign-in, CPU without the hash', ...own, '', '', '', '≤ 6 ms', verdict(rest <= 6));
}

function latency(line, results) {
  if (!results.latency?.gatehouse) return;
  const { gatehouse, bare } = results.latency;
  const [own, reference] = [of(gatehouse, 'p99'), of(bare, 'p99')];
  line(
    'p99 at 500 client_credentials/s, open loop',
    `${own.toFixed(1)} ms`,
    `${reference.toFixed(1)} ms`,
    micro(of(gatehouse, 'cpu')),
    micro(of(bare, 'cpu')),
    times(own / reference),
    '≤ 1.3 ×',
    verdict(own / reference <= 1.3),
  );
}

const HEAD = ['row', 'Gatehouse', 'bare', 'CPU', 'CPU bare', 'ratio', 'goal', 'met'];

function about({ limits, seconds, rounds }) {
  const { hashes, signatures } = limits[0];
  return [
    `${availableParallelism()} cores of ${cpus()[0].model.trim()}, ${mega(totalmem())}, Node ${process.versions.node}; ` +
      `${rounds} rounds of ${seconds} s in shuffled order, medians, CPU per operation.`,
    `Physical limits: ${rate(median(limits.map((each) => each.hashes.perSecond)))} argon2 hashes/s ` +
      `(${(hashes.cpu / 1000).toFixed(1)} ms each), ${rate(median(limits.map((each) => each.signatures.perSecond)))} ES256 ` +
      `signatures/s (${signatures.cpu.toFixed(0)} µs each).`,
  ];
}

export function markdown(outcome) {
  const row = (cells) => `| ${cells.join(' | ')} |`;
  const table = [row(HEAD), row(HEAD.map(() => '---')), ...lines(outcome).map(row)];
  return [...about(outcome), '', ...table].join('\n');
}

export function text(outcome) {
  const rows = [HEAD, ...lines(outcome)];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((cells) => cells[column].length)));
  const table = rows.map((cells) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column]))
      .join('  ')
      .trimEnd(),
  );
  return [...about(outcome), '', ...table].join('\n');
}
