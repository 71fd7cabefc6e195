import type { ClientMistake, ClientsFileRules } from './client-rules.js';
import type { Declaration } from './clients-file.js';

/** Standard Webhooks, "Signature scheme": 24 to 64 random bytes. */
const PREFIX = 'whsec_';
const LEAST_BYTES = 24;
const MOST_BYTES = 64;

/** How the fields of a webhook go together. */
export function webhookMistakes(
  { body, secrets = {} }: Declaration,
  { internalBackchannel }: ClientsFileRules,
): ClientMistake[] {
  const mistakes: ClientMistake[] = [];
  if (String(body['url']).startsWith('http:') && !internalBackchannel)
    mistakes.push({
      field: 'url',
      what: 'url: use https: (plain http only to this machine, with GATEHOUSE_INTERNAL_BACKCHANNEL=on)',
    });
  if ((body['events'] as string[]).length === 0)
    mistakes.push({ field: 'events', what: 'events: name at least one' });
  if (secrets['secret'] === undefined) mistakes.push({ what: 'write secret or secret_file' });
  for (const [field, secret] of Object.entries(secrets))
    if (secret !== undefined && !webhookKey(secret))
      mistakes.push({
        what: `${field}: write ${PREFIX} and ${LEAST_BYTES} to ${MOST_BYTES} random bytes in base64: echo "${PREFIX}$(openssl rand -base64 32)"`,
      });
  if (secrets['secret'] !== undefined && secrets['secret'] === secrets['previous_secret'])
    mistakes.push({ what: 'previous_secret is the same as secret: leave it out' });
  return mistakes;
}

/** @returns undefined where it is none */
export function webhookKey(secret: string): Buffer | undefined {
  const text = secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : '';
  const key = Buffer.from(text, 'base64');
  const isWhole = key.toString('base64').replace(/=+$/, '') === text.replace(/=+$/, '');
  return isWhole && key.length >= LEAST_BYTES && key.length <= MOST_BYTES ? key : undefined;
}
