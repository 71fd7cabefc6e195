import type { Application } from './application.js';
import { APPLICATIONS } from './catalogue.js';
import { documentPage } from './page.js';
import { exampleClient, valuesFor } from './values.js';

const EXAMPLE_ISSUER = 'https://id.example.org';

/** The texts of docs/applications.md and of the pages below it, by their path in docs. */
export function applicationDocuments(): Record<string, string> {
  const pages = APPLICATIONS.map((application) => [
    `applications/${application.id}.md`,
    documentPage(
      application,
      valuesFor(EXAMPLE_ISSUER, application.id, application, exampleClient(application)),
    ),
  ]);
  return { 'applications.md': overview(), ...(Object.fromEntries(pages) as Record<string, string>) };
}

function overview(): string {
  return `# Settings to paste

For ${APPLICATIONS.length} applications and libraries: what the [clients file](clients.md) says of them, their own settings, groups, sign-out
and what trips people up. Gatehouse is at \`${EXAMPLE_ISSUER}\` in them. With the values of a client of yours, once it is
applied:

\`\`\`sh
npm run gatehouse -- client-settings <client_id>                 # which applications there are
npm run gatehouse -- client-settings <client_id> <application>   # the settings, filled in
\`\`\`

It names what the client still lacks for the application. The secret is never printed, since Gatehouse keeps it sealed:
it is in the file that \`client_secret_file\` names.

## Applications

${table('application')}

## Libraries

${table('library')}

Yours is not among them? It needs what [relying-apps.md](relying-apps.md) begins with.

## What goes wrong with every application

- **The redirect address is another one than the registered one.** They are compared letter by letter: scheme, port, path
  and a slash at the end count. Gatehouse logs both, \`got\` and \`registered\`.
- **The application's server cannot reach Gatehouse.** The browser opens \`${EXAMPLE_ISSUER}\`, and so does the
  application's server, for the discovery document, the keys and the tokens. In a container \`localhost\` is the container
  itself. The issuer has to be one and the same name for both: let the public name resolve inside as well
  (\`extra_hosts\`, a network alias of the proxy, or your DNS), and do not put an internal address into the settings.
- **The certificate is of a private authority.** The browser knows it, the application's server does not. Give it the
  authority's certificate; each page says how, where the application has a setting for it. Do not switch verification off.
- **The application believes it is on http.** Behind a proxy it builds its redirect address from \`X-Forwarded-Proto\` or
  from a setting of its own, and sends \`http://…\`.
- **An address that is not confirmed.** \`email_verified\` tells the truth here, and many applications refuse or do not
  link an address that is not confirmed. \`require_verified_email: true\` lets nobody get that far.
- **A scope that the client may not ask for.** Without \`scope\` a client may ask for \`openid profile email offline_access\`.
  For \`groups\` the entry has to say so.
- **Groups are told at the sign-in.** Who is put into a group sees its effect at the next sign-in to the application.

These pages are made from \`src/applications\` (\`npm run docs:applications\`).
`;
}

function table(kind: Application['kind']): string {
  const rows = APPLICATIONS.filter((application) => application.kind === kind).map(
    ({ id, name, client }) =>
      `| [${name}](applications/${id}.md) | \`${id}\` | ${client.isPublic ? 'none (public)' : 'yes'} | ${client.withoutPkce ? 'no' : 'yes'} | ${client.scope.includes('groups') ? 'yes' : 'no'} | ${client.backchannelLogoutUri ? 'yes' : 'no'} |`,
  );
  return [
    '| | In the command | Secret | PKCE | Groups | Back-channel logout |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}
