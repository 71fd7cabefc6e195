import { Injectable } from '@nestjs/common';
import { CHANGEABLE, isChangeable } from '../../config/changeable.js';
import { RuntimeSettings } from '../../settings/runtime-settings.service.js';
import { SHELL } from '../actor.js';
import { SettingChanges } from '../settings/setting-changes.js';
import type { Outcome } from './outcome.js';
import type { SettingCommand } from './setting-commands.list.js';

/** What an operator changes of the service itself from the shell, while servers run. */
@Injectable()
export class SettingCommands {
  constructor(
    private readonly settings: RuntimeSettings,
    private readonly changes: SettingChanges,
  ) {}

  async run(command: SettingCommand, [name = '', value]: string[]): Promise<Outcome> {
    if (command === 'settings') return { done: true, message: this.list(), isJson: true };
    if (!isChangeable(name))
      return { done: false, message: `${JSON.stringify(name)} is none of: ${CHANGEABLE.join(', ')}` };
    const mistake = await this.changes.change(name, command === 'setting-set' ? value : undefined, SHELL);
    if (mistake !== undefined) return { done: false, message: `${name} was not changed: ${mistake}` };
    const now = this.settings.one(name).value;
    return {
      done: true,
      message: `${name} is ${now === undefined ? 'as it was at first' : JSON.stringify(now)}`,
    };
  }

  private list(): string {
    const shown = this.settings.list().map(({ name, value, initial, from }) => ({
      name,
      value: value ?? null,
      initial: initial ?? null,
      from,
    }));
    return JSON.stringify(shown, undefined, 2);
  }
}
