import { stringify } from 'yaml';
import type { Application, Setting, Values } from './application.js';
import { differences } from './differences.js';
import { exampleClient, SECRET_PLACEHOLDER, valuesFor, type Metadata } from './values.js';

/** What one reads of an application: Markdown, in the documents and on a shell. */
function page(application: Application, values: Values, clientPart: string): string {
  return [
    `# ${application.name}`,
    application.about,
    clientPart,
    `## In ${application.name}`,
    ...application.settings(values).map(settingText),
    '## Groups and roles',
    application.groups,
    ...(application.groupSettings?.(values) ?? []).map(settingText),
    '## Sign-out',
    application.signOut,
    '## Pitfalls',
    application.pitfalls.map((pitfall) => `- ${pitfall}`).join('\n'),
  ].join('\n\n');
}

/** The page for a client that there is, with its own values. */
export function clientPage(
  issuer: string,
  clientId: string,
  application: Application,
  metadata: Metadata,
  isOfFile = true,
): string {
  const values = valuesFor(issuer, clientId, application, metadata);
  const found = differences(application, values.app, metadata);
  const then = isOfFile ? ', then `gatehouse clients apply`' : ' on the operators’ pages';
  const whence = isOfFile
    ? 'Take it from where the clients file has it (`client_secret_file`)'
    : 'It was shown when it was made; if it is lost, make another one on the operators’ pages';
  const clientPart = [
    isOfFile ? '## In the clients file' : '## On the operators’ pages',
    found.length === 0
      ? `\`${clientId}\` has everything that ${application.name} needs.`
      : `To change in \`${clientId}\`${then}:\n\n${found.map((each) => `- ${each}`).join('\n')}`,
    ...(application.client.isPublic
      ? []
      : [
          `The secret is not shown: it is kept sealed. ${whence}, and write it in the place of \`${SECRET_PLACEHOLDER}\`.`,
        ]),
  ].join('\n\n');
  return page(application, values, clientPart);
}

/** The entry for the clients file. */
function entryText(entry: Metadata): string {
  return code(
    'yaml',
    stringify({ clients: [entry] }, { lineWidth: 0 })
      .trimEnd()
      .split('\n'),
  );
}

/** The page that stands in the documents. */
export function documentPage(application: Application, values: Values): string {
  const own = `npm run gatehouse -- client-settings <client_id> ${application.id}`;
  const entry = [
    '## In the clients file',
    entryText(exampleClient(application)),
    `\`${own}\` prints this page with the values of a client of yours. The fields: [../clients.md](../clients.md). What goes wrong with every application: [../applications.md](../applications.md).`,
  ].join('\n\n');
  return `${page(application, values, entry)}\n`;
}

function settingText(setting: Setting): string {
  const block = 'fields' in setting ? fieldTable(setting.fields) : code(setting.language, setting.lines);
  return `${setting.where}:\n\n${block}`;
}

function fieldTable(fields: Readonly<Record<string, string>>): string {
  return ['| Field | Value |', '| --- | --- |']
    .concat(Object.entries(fields).map(([field, value]) => `| ${field} | ${inCell(value)} |`))
    .join('\n');
}

function inCell(value: string): string {
  return value.startsWith('(') ? value.slice(1, -1) : `\`${value.replaceAll('|', '\\|')}\``;
}

function code(language: string, lines: readonly string[]): string {
  return ['```' + language, ...lines, '```'].join('\n');
}
