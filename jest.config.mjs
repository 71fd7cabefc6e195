import { availableTools } from './test/support/tools.mjs';

const tools = availableTools();
const common = {
  testEnvironment: 'node',
  setupFiles: ['<rootDir>/test/support/outer-dispatcher.mjs'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
          target: 'es2022',
        },
        module: { type: 'es6' },
      },
    ],
  },
};

/** What needs a server runs once on each database. */
const onBoth = [
  '<rootDir>/test/flows/**/*.test.ts',
  '<rootDir>/test/threats/**/*.test.ts',
  '<rootDir>/test/relying-apps/**/*.test.ts',
  '<rootDir>/test/conformance/**/*.test.ts',
];
/** Tests of programs that are not installed here. */
const ofMissingPrograms = [
  ...(tools.haproxy ? [] : ['/flows/rolling-restart\\.test\\.ts$']),
  ...(tools.apache2 && tools.mod_auth_openidc ? [] : ['/relying-apps/mod-auth-openidc\\.test\\.ts$']),
  ...(tools['oidc-agent'] ? [] : ['/relying-apps/oidc-agent\\.test\\.ts$']),
];
const project = (displayName, testMatch, globals = {}) => ({
  ...common,
  displayName,
  testMatch,
  testPathIgnorePatterns: ['/node_modules/', ...ofMissingPrograms],
  globals,
});

export default {
  maxWorkers: 2,
  workerIdleMemoryLimit: '600MB',
  testTimeout: 30_000,
  globalSetup: './test/support/global-setup.mjs',
  globalTeardown: './test/support/global-teardown.mjs',
  projects: [
    project('units', ['<rootDir>/src/**/*.spec.ts', '<rootDir>/test/*.test.ts'], { DATABASE: 'sqlite' }),
    project('sqlite', onBoth, { DATABASE: 'sqlite' }),
    ...(tools.postgresql ? [project('postgresql', onBoth, { DATABASE: 'postgresql' })] : []),
    ...(tools.chromium && tools.oathtool && tools.zbarimg
      ? [project('chromium', ['<rootDir>/test/browser/**/*.test.ts'], { DATABASE: 'sqlite' })]
      : []),
  ],
};
