// Runs before `npm start` and `npm test`: installs what the lock file names and is missing, and builds when
// a source is newer than the build. It uses nothing but Node itself, because it runs before anything is installed.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const at = (...parts) => join(root, ...parts);
const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));

function isInstalled() {
  const installedLock = at('node_modules', '.package-lock.json');
  if (!existsSync(installedLock)) return false;
  const installed = readJson(installedLock).packages;
  // Packages for other platforms are marked optional and rightly absent.
  return Object.entries(readJson(at('package-lock.json')).packages).every(
    ([path, entry]) =>
      path === '' || entry.optional || entry.devOptional || installed[path]?.version === entry.version,
  );
}

function newest(path) {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  // The folder's own time counts too: deleting a source changes nothing else.
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}

function isBuilt() {
  // Written when the build is complete: one that was interrupted does not count.
  const output = at('dist', '.built');
  if (![output, at('program', 'main.js'), at('program', 'cli.js')].every(existsSync)) return false;
  const sources = [
    'src',
    'migrations',
    'bin',
    'tsconfig.json',
    'tsconfig.build.json',
    'nest-cli.json',
    'package-lock.json',
  ];
  return Math.max(...sources.map((name) => newest(at(name)))) <= statSync(output).mtimeMs;
}

function run(what, command, args) {
  // Beside the output, which is that of whatever comes after this: a script may read it.
  console.error(what);
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ['inherit', 2, 'inherit'] });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

function npm(...args) {
  // npm says where it lives; run by hand, the one on PATH serves.
  const npmCli = process.env.npm_execpath;
  return npmCli?.endsWith('.js') ? [process.execPath, [npmCli, ...args]] : ['npm', args];
}

function checkRuntime() {
  const carried = at('node_modules', '.bin', 'node');
  if (existsSync(carried)) return;
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 22 || (major === 22 && minor >= 17)) return;
  console.error(
    `Gatehouse needs Node 22.17 or newer here (this is ${process.versions.node}); install it and try again.`,
  );
  process.exit(1);
}

if (!isInstalled()) {
  run(
    'Installing what package-lock.json names (about half a minute) ...',
    ...npm('ci', '--ignore-scripts', '--include=dev', '--include=optional'),
  );
}
checkRuntime();
if (!isBuilt()) {
  run('Building ...', ...npm('run', '--silent', 'build'));
}
