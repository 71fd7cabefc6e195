import { SETTINGS } from './settings.js';

/** The text of docs/configuration.md. */
export function configurationReference(): string {
  const entries = Object.entries(SETTINGS).map(([name, setting]) => {
    const initial = setting.initialText ?? `\`${setting.initial}\``;
    const file = setting.secret ? `\n\nSecret: may be read from the file that \`${name}_FILE\` names.` : '';
    return `## ${name}\n\n${setting.description}\n\nDefault: ${initial}.${file}\n`;
  });
  return `# Configuration

Everything is set by environment variables, and none is required. Whatever is wrong is reported at once, with its
mend, and Gatehouse does not start. An empty variable counts as not set. A secret can come from a file instead:
\`<NAME>_FILE\` names it.

${entries.join('\n')}`;
}
