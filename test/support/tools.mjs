import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const PACKAGES = {
  postgresql: 'postgresql',
  chromium: 'chromium',
  oathtool: 'oathtool',
  zbarimg: 'zbar-tools',
};

function onPath(...names) {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    for (const name of names) if (existsSync(join(folder, name))) return join(folder, name);
  }
  return undefined;
}

/** Debian keeps the server's programs off PATH. */
function postgresqlPrograms() {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const found = versions
    .map((version) => join(debian, version, 'bin'))
    .find((folder) => existsSync(join(folder, 'initdb')));
  return found ?? onPath('initdb')?.replace(/\/initdb$/, '');
}

/** The programs that some tests need beside Node; undefined where one is not installed. */
export function availableTools() {
  return {
    postgresql: postgresqlPrograms(),
    chromium: process.env.CHROMIUM ?? onPath('chromium', 'chromium-browser', 'google-chrome'),
    oathtool: onPath('oathtool'),
    zbarimg: onPath('zbarimg'),
  };
}

/** One line for what is skipped; with GATEHOUSE_TEST_ALL=1, as in CI, a skip is a failure. */
export function reportMissing() {
  const missing = Object.entries(availableTools())
    .filter(([, path]) => !path)
    .map(([name]) => name);
  if (missing.length === 0) return;
  const line = `Tests that need ${missing.join(', ')} are skipped; to run them: apt-get install ${missing.map((name) => PACKAGES[name]).join(' ')}`;
  if (process.env.GATEHOUSE_TEST_ALL === '1') throw new Error(line);
  console.log(line);
}
