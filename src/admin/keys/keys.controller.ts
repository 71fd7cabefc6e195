import { Controller, Get, Param, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Config } from '../../config/config.js';
import { Form, type FieldErrors, type Submitted } from '../../http/form.js';
import { IsIn, IsString } from '../../http/rules.js';
import { DAY } from '../../kernel/clock.js';
import { notFound } from '../../kernel/errors.js';
import { KeyRing } from '../../keys/key-ring.service.js';
import { actorOf } from '../actor.js';
import { ConsolePages } from '../console/console-pages.js';
import { Operator } from '../console/operator.guard.js';
import { SigningKeys, type KeyState, type ListedKey } from './signing-keys.service.js';

const WHEN = ['in-a-day', 'in-a-minute'] as const;
const NO_WHEN = 'admin.keys.rotate.no-when';
const NOT_TYPED = 'admin.keys.revoke.not-typed';

export class RotateForm {
  @IsIn(WHEN, { message: NO_WHEN })
  when!: (typeof WHEN)[number];
}

export class RevokeForm {
  @IsString({ message: NOT_TYPED })
  kid!: string;
}

const WORDS: Record<KeyState, { readonly state: string; readonly at: string }> = {
  published: { state: 'admin.keys.published', at: 'admin.keys.signs-from' },
  signs: { state: 'admin.keys.signs', at: 'admin.keys.since' },
  leaving: { state: 'admin.keys.leaving', at: 'admin.keys.signed-until' },
  over: { state: 'admin.keys.over', at: 'admin.keys.since' },
  revoked: { state: 'admin.keys.revoked', at: 'admin.keys.revoked-at' },
};
/** What revoking one does to people and applications. */
const CONSEQUENCES: Partial<Record<KeyState, string>> = {
  published: 'admin.keys.revoke.published',
  signs: 'admin.keys.revoke.signs',
  leaving: 'admin.keys.revoke.leaving',
};

/** The keys that sign tokens, with their times; a private half is shown nowhere. */
@Controller('admin/keys')
export class KeysController {
  constructor(
    private readonly config: Config,
    private readonly keys: SigningKeys,
    private readonly ring: KeyRing,
    private readonly console: ConsolePages,
  ) {}

  @Operator('at-all')
  @Get()
  async list(@Req() req: Request, @Res() res: Response): Promise<void> {
    const keys = await this.keys.list();
    const algorithms = [...Map.groupBy(keys, ({ alg }) => alg)].map(([alg, members]) => ({
      alg,
      keys: members.map((key) => this.shown(key)),
    }));
    const { keyRotation } = this.config;
    this.console.show(req, res, 'keys/list', {
      algorithms,
      rotationDays: keyRotation === 0 ? undefined : Math.round(keyRotation / DAY),
      rotateUrl: this.console.url('/keys/rotate'),
      self: '/admin/keys',
    });
  }

  @Operator()
  @Get('rotate')
  askRotation(@Req() req: Request, @Res() res: Response): void {
    this.showRotation(req, res);
  }

  @Operator()
  @Post('rotate')
  async rotate(
    @Req() req: Request,
    @Res() res: Response,
    @Form(RotateForm) submitted: Submitted<RotateForm>,
  ): Promise<void> {
    if (!submitted.valid) return this.showRotation(req, res, submitted.errors);
    const rotated = await this.keys.rotate(actorOf(req), submitted.form.when);
    await this.ring.refresh();
    this.console.done(
      res,
      '/keys',
      rotated.some(({ kind }) => kind === 'published') ? 'keys-published' : 'keys-published-already',
    );
  }

  @Operator()
  @Get(':kid/revoke')
  async askRevocation(@Req() req: Request, @Res() res: Response, @Param('kid') kid: string): Promise<void> {
    this.showRevocation(req, res, await this.revocable(kid));
  }

  /** Typed, and not only pressed: there is no way back. */
  @Operator()
  @Post(':kid/revoke')
  async revoke(
    @Req() req: Request,
    @Res() res: Response,
    @Param('kid') kid: string,
    @Form(RevokeForm) submitted: Submitted<RevokeForm>,
  ): Promise<void> {
    const key = await this.revocable(kid);
    if (!submitted.valid) return this.showRevocation(req, res, key, submitted.errors);
    if (submitted.form.kid.trim() !== kid) return this.showRevocation(req, res, key, { kid: NOT_TYPED });
    if ((await this.keys.revoke(actorOf(req), kid)).kind === 'no-key') throw notFound();
    await this.ring.refresh();
    this.console.done(res, '/keys', 'key-revoked');
  }

  private async revocable(kid: string): Promise<ListedKey> {
    const key = (await this.keys.list()).find((each) => each.kid === kid);
    if (!key || !CONSEQUENCES[key.state]) throw notFound();
    return key;
  }

  private showRotation(req: Request, res: Response, errors?: FieldErrors): void {
    this.console.show(req, res, 'keys/rotate', {
      action: this.console.url('/keys/rotate'),
      listUrl: this.console.url('/keys'),
      ...(errors ? { errors } : {}),
    });
  }

  private showRevocation(req: Request, res: Response, key: ListedKey, errors?: FieldErrors): void {
    this.console.show(req, res, 'keys/revoke', {
      ...this.shown(key),
      consequence: CONSEQUENCES[key.state],
      action: this.console.url(`/keys/${key.kid}/revoke`),
      listUrl: this.console.url('/keys'),
      ...(errors ? { errors } : {}),
    });
  }

  private shown({ kid, alg, state, createdAt, at, deletedAt }: ListedKey) {
    return {
      kid,
      alg,
      isGood: state === 'signs',
      isOpen: state === 'revoked',
      state: WORDS[state].state,
      times: [
        { label: 'admin.keys.made', at: new Date(createdAt) },
        ...(at === undefined ? [] : [{ label: WORDS[state].at, at: new Date(at) }]),
        ...(deletedAt === undefined ? [] : [{ label: 'admin.keys.deleted-at', at: new Date(deletedAt) }]),
      ],
      revokeUrl: CONSEQUENCES[state] && this.console.url(`/keys/${kid}/revoke`),
    };
  }
}
