import {
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
  type OnModuleInit,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { CHANGEABLE, ofConfig, type Changeable } from '../config/changeable.js';
import { Config } from '../config/config.js';
import { BadSetting } from '../config/parsers.js';
import { SETTINGS } from '../config/settings.js';
import { Migrated } from '../database/database.module.js';
import { Sql } from '../database/sql.js';
import { Clock, SECOND } from '../kernel/clock.js';
import { Repeating } from '../kernel/repeating.js';

/** Every instance knows of a change after this time at most. */
const INTERVAL = 5 * SECOND;
const LOGO = 'logo';
const DATA_URL = /^data:image\/webp;base64,[A-Za-z0-9+/=]+$/;
/** Characters: it is on every page. */
const LONGEST_LOGO = 8_192;
const LONGEST_VALUE = 200;

/** A setting as the pages and the shell show it. */
export interface KnownSetting {
  readonly name: Changeable;
  readonly description: string;
  /** As it would be written in the environment; undefined: nothing is chosen, and `initialText` says what holds then. */
  readonly value: string | undefined;
  readonly initial: string | undefined;
  readonly initialText: string | undefined;
  readonly from: 'environment' | 'operators' | 'default';
}

/** What came of a change: what stood there before, or why nothing was changed. */
export type Changed = { readonly before: string | undefined } | { readonly mistake: string };

interface Row {
  name: string;
  value: string;
}

/** The settings that operators change while servers run. */
@Injectable()
export class RuntimeSettings implements OnModuleInit, OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('Settings');
  private stored: ReadonlyMap<string, string> = new Map();
  private readonly repeating = new Repeating(
    () => this.refresh(),
    ({ message }) => this.logger.warn(`will be tried again: ${message}`),
  );

  constructor(
    private readonly config: Config,
    private readonly sql: Sql,
    private readonly clock: Clock,
    private readonly host: HttpAdapterHost,
    // The table exists.
    _migrated: Migrated,
  ) {}

  onModuleInit(): Promise<void> {
    return this.refresh();
  }

  onApplicationBootstrap(): void {
    if (this.host.httpAdapter) this.repeating.start(INTERVAL);
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.repeating.stop();
  }

  list(): KnownSetting[] {
    return CHANGEABLE.map((name) => this.one(name));
  }

  one(name: Changeable): KnownSetting {
    const { description, initial, initialText } = SETTINGS[name] as {
      description: string;
      initial?: string;
      initialText?: string;
    };
    const isGiven = this.config.given.includes(name);
    const stored = isGiven ? undefined : this.written(name);
    return {
      name,
      description,
      value: stored ?? (isGiven ? undefined : initial),
      initial,
      initialText,
      from: isGiven ? 'environment' : stored === undefined ? 'default' : 'operators',
    };
  }

  /**
   * @param value as it would be written in the environment; undefined: what the program starts with
   * @param by who does it, as in the audit log
   */
  async change(name: Changeable, value: string | undefined, by: string): Promise<Changed> {
    if (this.config.given.includes(name))
      return { mistake: `${name} is set in the environment: change it there, or take it out there first` };
    const written = value?.trim() || undefined;
    if (written !== undefined) {
      const mistake = this.mistakeOf(name, written);
      if (mistake !== undefined) return { mistake };
    }
    return this.store(name, written, by);
  }

  /** @param logo a small WebP picture that was drawn here; undefined: Gatehouse's own */
  changeLogo(logo: Buffer | undefined, by: string): Promise<Changed> {
    const value = logo && `data:image/webp;base64,${logo.toString('base64')}`;
    if (value && value.length > LONGEST_LOGO) return Promise.resolve({ mistake: 'the picture is too heavy' });
    return this.store(LOGO, value, by);
  }

  /** Reads what is stored, and makes it hold here. */
  async refresh(): Promise<void> {
    const rows = await this.sql.settled<Row>('SELECT name, value FROM runtime_setting');
    this.stored = new Map(rows.map(({ name, value }) => [name, value]));
    for (const name of CHANGEABLE) {
      if (this.config.given.includes(name)) continue;
      Object.assign(this.config, ofConfig(name, this.parsed(name)));
    }
    const logo = this.stored.get(LOGO);
    Object.assign(this.config, { logo: logo !== undefined && DATA_URL.test(logo) ? logo : undefined });
  }

  private async store(name: string, value: string | undefined, by: string): Promise<Changed> {
    const before = await this.sql.transaction(async (sql) => {
      // Written first: of two changes at once the later one learns what the earlier one has put there.
      const now = this.clock.now().getTime();
      await sql.run('UPDATE runtime_setting SET updated_at = updated_at WHERE name = ?', name);
      const [row] = await sql.rows<Row>('SELECT name, value FROM runtime_setting WHERE name = ?', name);
      if (value === undefined) await sql.run('DELETE FROM runtime_setting WHERE name = ?', name);
      else
        await sql.run(
          `INSERT INTO runtime_setting (name, value, updated_at, updated_by) VALUES (?, ?, ?, ?)
           ON CONFLICT (name) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at,
             updated_by = excluded.updated_by`,
          name,
          value,
          now,
          by,
        );
      return row?.value;
    });
    await this.refresh();
    return { before };
  }

  private mistakeOf(name: Changeable, written: string): string | undefined {
    if (written.length > LONGEST_VALUE || /[\u0000-\u001f\u007f]/.test(written))
      return `write at most ${LONGEST_VALUE} characters, on one line`;
    let value: unknown;
    try {
      value = SETTINGS[name].parse(written);
    } catch (error) {
      if (error instanceof BadSetting) return error.message;
      throw error;
    }
    if (name === 'GATEHOUSE_SESSION_IDLE' && (value as number) > this.config.sessionLifetime)
      return 'it is longer than GATEHOUSE_SESSION_LIFETIME';
    const needsMail =
      (name === 'GATEHOUSE_RECOVERY_DELAY' && value !== 0) ||
      (name === 'GATEHOUSE_EMAIL_VERIFICATION' && value === 'required');
    if (needsMail && !this.config.smtp) return 'it needs SMTP_URL: without mail nobody could answer';
    return undefined;
  }

  /** What was stored by another version, and cannot be read here, is left as it is and does not count. */
  private parsed(name: Changeable): unknown {
    const { initial } = SETTINGS[name] as { initial?: string };
    const each = this.written(name) ?? initial;
    return each === undefined ? undefined : SETTINGS[name].parse(each);
  }

  private written(name: Changeable): string | undefined {
    const written = this.stored.get(name);
    return written === undefined || this.mistakeOf(name, written) !== undefined ? undefined : written;
  }
}
