import { hash, verify } from '@node-rs/argon2';
import { generateKeyPairSync, sign } from 'node:crypto';
import { promisify } from 'node:util';
import { PASSWORD } from './settings.mjs';

const signAsync = promisify(sign);
const PARAMETERS = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** What the machine itself can do, with nothing around it: no server gets past this. */
export async function physicalLimits(seconds) {
  const stored = await hash(PASSWORD, PARAMETERS);
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const text = Buffer.alloc(400, 'x');
  return {
    hashes: await measure(4, seconds, () => verify(stored, PASSWORD)),
    signatures: await measure(4, seconds, () =>
      signAsync('sha256', text, { key: privateKey, dsaEncoding: 'ieee-p1363' }),
    ),
  };
}

/** @returns per second, and the CPU that one takes (microseconds) */
async function measure(workers, seconds, work) {
  const until = performance.now() + seconds * 1000;
  const started = performance.now();
  const before = process.cpuUsage();
  let count = 0;
  await Promise.all(
    Array.from({ length: workers }, async () => {
      for (; performance.now() < until; count++) await work();
    }),
  );
  const { user, system } = process.cpuUsage(before);
  return { perSecond: count / ((performance.now() - started) / 1000), cpu: (user + system) / count };
}
