// Loaded into a measured server before its program: says what the process has used when it is asked.
import { monitorEventLoopDelay } from 'node:perf_hooks';

const delay = monitorEventLoopDelay({ resolution: 5 });
delay.enable();

process.on('message', (question) => {
  if (question.collect) globalThis.gc?.();
  const { user, system } = process.cpuUsage();
  process.send({
    id: question.id,
    cpu: user + system,
    memory: process.memoryUsage.rss(),
    stallP99: delay.percentile(99) / 1e6,
  });
  if (question.collect) delay.reset();
});
process.channel?.unref();
