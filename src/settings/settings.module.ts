import { Module } from '@nestjs/common';
import { RuntimeSettings } from './runtime-settings.service.js';

/**
 * Owns the settings that operators change while servers run: stored, checked, and followed by every instance. Whoever uses a
 * setting reads it from the configuration as ever, at the moment of use.
 */
@Module({ providers: [RuntimeSettings], exports: [RuntimeSettings] })
export class SettingsModule {}
