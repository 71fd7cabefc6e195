import { Controller, Get, Post } from '@nestjs/common';
import { Problem } from '../../kernel/problem.js';
import type { Actor } from '../actor.js';
import { SigningKeys, type ListedKey } from '../keys/signing-keys.service.js';
import { Api, By, Sent } from './api.guard.js';
import { nothing, ok, operation, type Answer, type Asked } from './operation.js';
import { among, listOf, moment, nullable, optional, shape, text, type Of } from './schema.js';

const SigningKey = shape('SigningKey', {
  kid: text(),
  alg: text(),
  state: among(
    ['published', 'signs', 'leaving', 'over', 'revoked'],
    'What it is there for: it will sign, signs, has signed, is about to be deleted, or counts no more',
  ),
  createdAt: moment('When it was made'),
  since: nullable(
    moment('From when on it signs, signs or has been revoked; of one that is leaving, until when it signed'),
  ),
  deletedAt: nullable(moment('Of one that is leaving: when it is deleted')),
});
const Keys = shape('SigningKeys', { items: listOf(SigningKey) });

const LIST = operation({
  id: 'listSigningKeys',
  summary: 'The signing keys, without their private halves',
  answers: { 200: Keys },
});
const ROTATE = operation({
  id: 'rotateSigningKeys',
  summary: 'Publishes the next key of each algorithm',
  description:
    'One that is published already is the next: there is never more than one to come. After a day every application knows it; in a minute every instance does, and applications that keep the list for longer refuse sign-ins until they look again.',
  body: shape('Rotation', { when: optional(among(['in-a-day', 'in-a-minute'], 'When it signs; in a day')) }),
  answers: { 200: Keys },
});
const REVOKE = operation({
  id: 'revokeSigningKey',
  summary: 'Lets what a key has signed count no more',
  description: 'For one that leaked. If it signs, another one does at once.',
  path: { kid: text({ maxLength: 100 }) },
  answers: { 204: null },
});

/** The keys that sign tokens. */
@Controller('api/v1/keys')
export class KeysController {
  constructor(private readonly keys: SigningKeys) {}

  @Api('keys.read', LIST)
  @Get()
  async list(@Sent() _sent: Asked<typeof LIST>): Promise<Answer> {
    return this.shown();
  }

  @Api('keys.write', ROTATE)
  @Post('rotate')
  async rotate(@Sent() { body }: Asked<typeof ROTATE>, @By() by: Actor): Promise<Answer> {
    await this.keys.rotate(by, body.when ?? 'in-a-day');
    return this.shown();
  }

  @Api('keys.write', REVOKE)
  @Post(':kid/revoke')
  async revoke(@Sent() { path }: Asked<typeof REVOKE>, @By() by: Actor): Promise<Answer> {
    const key = (await this.keys.list()).find(({ kid }) => kid === path.kid);
    if (!key) throw new Problem('not-found', 'there is no such key');
    // That it counts no more is what was wanted.
    if (key.state !== 'revoked') await this.keys.revoke(by, path.kid);
    return nothing();
  }

  private async shown(): Promise<Answer> {
    return ok({ items: (await this.keys.list()).map(keyOf) });
  }
}

function keyOf({ kid, alg, state, createdAt, at, deletedAt }: ListedKey): Of<typeof SigningKey> {
  const time = (milliseconds: number | undefined) =>
    milliseconds === undefined ? null : new Date(milliseconds).toISOString();
  return { kid, alg, state, createdAt: time(createdAt)!, since: time(at), deletedAt: time(deletedAt) };
}
