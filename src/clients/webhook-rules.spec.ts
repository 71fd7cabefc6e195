import { afterAll, describe, expect, it } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ScratchClientsFile } from '../../test/support/clients-file.js';
import { readClientsFile } from './clients-file.js';
import { wants } from './webhook-events.js';
import { webhookKey } from './webhook-rules.js';

const scratch = new ScratchClientsFile();
afterAll(() => scratch.remove());

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const fileWith = (webhook: object) =>
  `webhooks:\n  - ${JSON.stringify({ id: 'a', url: 'https://hooks.example/', events: ['account.*'], secret: SECRET, ...webhook })}\n`;

describe('a webhook in the clients file', () => {
  it('keeps its secrets apart from what is shown', () => {
    writeFileSync(join(scratch.folder, 'secret'), `${SECRET}\n`);
    scratch.write(fileWith({ secret: undefined, secret_file: 'secret' }));
    const { declarations } = readClientsFile(scratch.path);
    expect(declarations).toMatchObject([
      {
        kind: 'webhooks',
        name: 'a',
        body: { id: 'a', url: 'https://hooks.example/', events: ['account.*'] },
        secrets: { secret: SECRET, previous_secret: undefined },
      },
    ]);
    expect(JSON.stringify(declarations[0]!.body)).not.toContain('secret');
  });

  it.each([
    [{ secret: undefined }, 'write secret or secret_file'],
    [{ secret: 'whsec_short' }, 'secret: write whsec_ and 24 to 64 random bytes in base64'],
    [{ secret: SECRET.slice('whsec_'.length) }, 'secret: write whsec_'],
    [{ previous_secret: 'x' }, 'previous_secret: write whsec_'],
    [{ previous_secret: SECRET }, 'previous_secret is the same as secret'],
    [{ secret_file: 'secret' }, 'secret and secret_file are both set'],
    [{ events: ['account.nothing'] }, 'events: there is no event "account.nothing"'],
    [{ events: ['nothing.*'] }, 'events: there is no event "nothing.*"'],
    [{ events: ['*.registered'] }, 'events: there is no event'],
    [{ events: [] }, 'events: name at least one'],
    [{ url: 'https://a:b@hooks.example/' }, 'url: leave out user name and password'],
    [{ url: 'ftp://hooks.example/' }, 'url: write an https: address'],
    [{ url: 'http://10.0.0.1/' }, 'url: write an https: address'],
    [{ url: 'http://localhost.example/' }, 'url: write an https: address'],
    [{ url: 'http://localhost:9/' }, 'with GATEHOUSE_INTERNAL_BACKCHANNEL=on'],
    [{ id: 'A b' }, 'id: write 1 to 64 small letters'],
  ])('is refused with %j, and no secret is shown', (webhook, what) => {
    const mistakes = scratch.mistakes(fileWith(webhook)).join('\n');
    expect(mistakes).toContain(what);
    expect(mistakes).not.toContain(SECRET.slice('whsec_'.length));
  });

  it('leads to this machine in the clear where the operator allows internal addresses', () => {
    scratch.write(fileWith({ url: 'http://localhost:9/' }));
    expect(readClientsFile(scratch.path, { internalBackchannel: true }).declarations).toHaveLength(1);
  });

  it('is told of what it names, by name or group', () => {
    expect(wants(['account.*'], 'account.disabled')).toBe(true);
    expect(wants(['account.disabled'], 'account.disabled')).toBe(true);
    expect(wants(['*'], 'session.ended')).toBe(true);
    expect(wants(['account.*', 'password.changed'], 'password.reset')).toBe(false);
    expect(wants(['second.*'], 'second-factor.removed')).toBe(false);
  });

  it('takes the secret with or without the padding, and no other characters', () => {
    expect(webhookKey(SECRET)).toEqual(Buffer.alloc(32, 7));
    expect(webhookKey(SECRET.replace(/=+$/, ''))).toEqual(Buffer.alloc(32, 7));
    expect(webhookKey(`${SECRET}\n`)).toBeUndefined();
    expect(webhookKey(SECRET.replace('Bw', '-_'))).toBeUndefined();
  });
});
