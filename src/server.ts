import { Logger } from '@nestjs/common';
import { createApp } from './app.js';
import type { Config } from './config/config.js';
import { isOpenToOthers, loadConfig, unknownSettings } from './config/load.js';
import { SetUpLinks } from './users/set-up-links.js';
import type { PrintedLink } from './users/invitations.js';
import { explain } from './start-failure.js';

async function start(): Promise<void> {
  // Whatever is written from here on is its owner's alone.
  process.umask(0o077);
  const config = loadConfig(process.env);
  // In a container this is process 1, which ignores a signal that nobody handles; the program's own handlers come later.
  const leave = () => process.exit(143);
  process.once('SIGTERM', leave).once('SIGINT', leave);
  const app = await createApp(config);
  process.off('SIGTERM', leave).off('SIGINT', leave);
  if (isOpenToOthers(config))
    new Logger('Config').warn(`${config.dataDir} is open to others on this machine: chmod 700 it`);
  if (config.emailVerificationRequired && !config.smtp)
    new Logger('Config').warn(
      'GATEHOUSE_EMAIL_VERIFICATION=required without SMTP_URL: nobody new gets to an application before you print a verification-link',
    );
  for (const name of unknownSettings(process.env))
    new Logger('Config').warn(`${name} is not a setting and has no effect`);
  const setUpLink = await app.get(SetUpLinks).current();
  await app.listen(config.port, ...((config.bind ? [config.bind] : []) as [string]));
  announce(config, setUpLink);
}

/** @param setUpLink while there is no operator; whoever reads this output may become one */
function announce(config: Config, setUpLink: PrintedLink | undefined): void {
  const database = config.database.kind === 'sqlite' ? config.database.file : 'PostgreSQL (DATABASE_URL)';
  const first = config.testApp
    ? `${config.issuer}/test-app (a sign-in from an application's side)`
    : `${config.issuer}/`;
  console.log(
    [
      `Gatehouse is ready at ${config.issuer}`,
      `  open first   ${first}`,
      `  discovery    ${config.issuer}/.well-known/openid-configuration`,
      `  data         ${config.dataDir}`,
      `  database     ${database}`,
      `  clients      ${config.clientsFile ?? `made at ${config.issuer}/admin, or declared in ${config.dataDir}/clients.yaml`}`,
      ...(setUpLink ? [`  set up       ${setUpLink.url} (makes the first operator, once)`] : []),
    ].join('\n'),
  );
}

start().catch((error: unknown) => {
  const { message, exitCode } = explain(error);
  console.error(message);
  process.exit(exitCode);
});
