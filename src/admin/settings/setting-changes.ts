import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/audit.service.js';
import type { Changeable } from '../../config/changeable.js';
import { sha256 } from '../../kernel/secrets.js';
import { RuntimeSettings } from '../../settings/runtime-settings.service.js';
import { Pictures, type Drawn } from '../../users/picture.js';
import type { Actor } from '../actor.js';

/** What operators change of the service itself while it runs. Each change is audited with what stood there before. */
@Injectable()
export class SettingChanges {
  constructor(
    private readonly settings: RuntimeSettings,
    private readonly pictures: Pictures,
    private readonly audit: Audit,
  ) {}

  /**
   * @param value as in the environment; undefined: what the program starts with
   * @returns why nothing was changed; undefined: it is so now
   */
  async change(name: Changeable, value: string | undefined, { by, req }: Actor): Promise<string | undefined> {
    const written = value?.trim() || undefined;
    const changed = await this.settings.change(name, written, by);
    if ('mistake' in changed) return changed.mistake;
    const { before } = changed;
    if (before !== written) {
      const detail = { by, setting: name, before: before ?? null, after: written ?? null };
      await this.audit.record('setting.changed', { detail }, req);
    }
    return undefined;
  }

  /** @param bytes as they were sent; they are drawn anew, and not kept. @throws busy (503) */
  async setLogo(bytes: Buffer, actor: Actor): Promise<Drawn['kind']> {
    const drawn = await this.pictures.drawSign(bytes);
    if (drawn.kind !== 'drawn') return drawn.kind;
    await this.changeLogo(drawn.webp, actor);
    return 'drawn';
  }

  removeLogo(actor: Actor): Promise<void> {
    return this.changeLogo(undefined, actor);
  }

  /** The log tells one picture from another by its fingerprint. */
  private async changeLogo(logo: Buffer | undefined, { by, req }: Actor): Promise<void> {
    const changed = await this.settings.changeLogo(logo, by);
    if ('mistake' in changed) throw new Error(changed.mistake);
    const mark = (picture: string | undefined) => (picture === undefined ? null : sha256(picture));
    const after = logo && `data:image/webp;base64,${logo.toString('base64')}`;
    if (mark(changed.before) === mark(after)) return;
    const detail = { by, setting: 'logo', before: mark(changed.before), after: mark(after) };
    await this.audit.record('setting.changed', { detail }, req);
  }
}
