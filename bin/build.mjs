// npm run build: compiles into dist/, and makes of that what is run: program/main.js (npm start), program/cli.js (npm run
// gatehouse), and what they share or load late in program/chunks. Why it is so stands in docs/decisions/0039.
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ownLines } from './own-lines.mjs';
import { writeProgram } from './write-program.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const at = (...parts) => join(root, ...parts);

/** They bring machine code, which is found beside them; pino starts threads of files of its own. */
const FROM_NODE_MODULES = ['@node-rs/argon2', 'better-sqlite3', 'sharp', 'pino'];
/** What a library would take if it were there: nothing of it is used here, so it is not looked for either. */
const NEVER_THERE =
  /^(@nestjs\/(microservices|websockets)(\/.*)?|@mikro-orm\/seeder|dataloader|pg-native|tinyglobby)$/;

/** For what libraries of the older kind require of Node itself. */
const REQUIRE =
  "import{createRequire as __requireHere}from'node:module';const require=__requireHere(import.meta.url);";

/**
 * Every function gets its name from esbuild (`__name(…)`), those too that are made anew on each request: a tenth of what such a
 * request takes. Only classes (`__name(this, …)`) and what was renamed need it. As long as what it stands for, so that maps stay
 * right.
 */
const NAMED_FOR_NOTHING = /(?<![\w$])__name\((?!this,)(?:(?=([\w$]+),"\1"\))|(?![\w$]+,"))/g;
const AS_IT_IS = 'const __asIs=made=>made;';

function treatLibraries({ onResolve, onLoad }) {
  onResolve({ filter: NEVER_THERE }, ({ path }) => ({ path: `never-there:${path}`, external: true }));
  // Tables of character sets that no form here may be in: half a megabyte of text, read from where it is if it ever were needed.
  onResolve({ filter: /^\.\/tables\/[\w-]+\.json$/ }, ({ path, resolveDir }) => {
    const table = relative(at('program', 'chunks'), join(resolveDir, path));
    return resolveDir.includes('iconv-lite') ? { path: table, external: true } : undefined;
  });
  // An import of it asks for each of its names, and by that loads a whole client for HTTP.
  onResolve({ filter: /^(node:)?http$/ }, ({ kind }) => ({
    path: 'http',
    namespace: kind === 'dynamic-import' ? 'built-in, late' : 'built-in',
  }));
  // Whoever imports it late wants the client, and names of it (the exporter of traces).
  onLoad({ filter: /^http$/, namespace: 'built-in, late' }, () => ({
    contents: "export const { Agent, request } = process.getBuiltinModule('node:http');",
  }));
  onLoad({ filter: /^http$/, namespace: 'built-in' }, () => ({
    contents: "module.exports = process.getBuiltinModule('node:http');",
  }));
}

function compile() {
  const nest = at('node_modules', '@nestjs', 'cli', 'bin', 'nest.js');
  const { status, error } = spawnSync(process.execPath, [nest, 'build'], { cwd: root, stdio: 'inherit' });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

/** What tsc wrote, not the sources: that has the types of constructors' parameters in it, by which Nest finds what to inject. */
async function bundle() {
  const { outputFiles, warnings } = await build({
    absWorkingDir: root,
    entryPoints: ['dist/src/main.js', 'dist/src/cli.js'],
    outdir: 'program',
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node22.17',
    // Half of the text is comments and spaces, and V8 keeps it all. Names stay: stack traces and the provider's models use them.
    minifyWhitespace: true,
    minifySyntax: true,
    keepNames: true,
    legalComments: 'external',
    sourcemap: true,
    sourcesContent: false,
    external: FROM_NODE_MODULES,
    plugins: [{ name: 'libraries', setup: treatLibraries }],
    banner: { js: REQUIRE + AS_IT_IS },
    write: false,
    logLevel: 'warning',
  });
  if (warnings.length > 0) process.exit(1);
  return trimmed(new Map(outputFiles.map(({ path, text }) => [relative(at('program'), path), text])));
}

/** Without what none of the file needs: names of functions, ways to require, lines of libraries. */
function trimmed(files) {
  for (const [name, text] of files) {
    if (!name.endsWith('.js')) continue;
    let rest = text.replace(NAMED_FOR_NOTHING, '__asIs(');
    if (!rest.includes('__asIs(')) rest = rest.replace(AS_IT_IS, '');
    const bare = rest.replace(REQUIRE, '');
    files.set(name, /(?<![\w$.])require\b/.test(bare) ? rest : bare);
  }
  for (const [name, text] of files) {
    if (!name.endsWith('.js.map')) continue;
    const map = ownLines(JSON.parse(text), (source) => /^[./]+(src|migrations)\//.test(source));
    if (map.sources.length > 0) {
      files.set(name, JSON.stringify(map));
      continue;
    }
    files.delete(name);
    const code = name.slice(0, -'.map'.length);
    files.set(code, files.get(code).replace(/\/\/# sourceMappingURL=\S+\s*$/, ''));
  }
  return files;
}

compile();
writeProgram(at('program'), await bundle());
// Written when the build is complete: one that was interrupted does not count (bin/prepare.mjs).
writeFileSync(at('dist', '.built'), '');
