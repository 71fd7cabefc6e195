import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const PACKAGES = {
  postgresql: 'postgresql',
  chromium: 'chromium',
  oathtool: 'oathtool',
  zbarimg: 'zbar-tools',
  apache2: 'apache2-bin',
  mod_auth_openidc: 'libapache2-mod-auth-openidc',
  'oidc-agent': 'oidc-agent-cli',
  haproxy: 'haproxy',
};
/** Where programs are that only an operator is meant to start. */
const OPERATORS_PROGRAMS = '/usr/sbin';
const APACHE_MODULES = '/usr/lib/apache2/modules';

function onPath(...names) {
  for (const folder of [...(process.env.PATH ?? '').split(delimiter), OPERATORS_PROGRAMS]) {
    for (const name of names) if (existsSync(join(folder, name))) return join(folder, name);
  }
  return undefined;
}

function existing(path) {
  return existsSync(path) ? path : undefined;
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
    apache2: onPath('apache2'),
    mod_auth_openidc: existing(join(APACHE_MODULES, 'mod_auth_openidc.so')),
    'oidc-agent': onPath('oidc-agent'),
    haproxy: onPath('haproxy'),
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
