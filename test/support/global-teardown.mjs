import { rmSync } from 'node:fs';

export default function tearDown() {
  const { postgresql } = globalThis;
  if (!postgresql) return;
  postgresql.stop();
  rmSync(postgresql.folder, { recursive: true, force: true });
}
