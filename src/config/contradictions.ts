import type { SettingValues } from './settings.js';

/** What each setting may be and all of them together may not. A value that cannot be read is absent here. */
export function contradictions(values: SettingValues): string[] {
  const mistakes: string[] = [];
  if (values.GATEHOUSE_SESSION_IDLE! > values.GATEHOUSE_SESSION_LIFETIME!)
    mistakes.push('GATEHOUSE_SESSION_IDLE is longer than GATEHOUSE_SESSION_LIFETIME: shorten it.');
  if (values.GATEHOUSE_RECOVERY_DELAY && !values.SMTP_URL)
    mistakes.push(
      'GATEHOUSE_RECOVERY_DELAY needs SMTP_URL: without mail nobody could object to a recovery. Set SMTP_URL, or switch the delay off.',
    );
  if (values.GATEHOUSE_METRICS_PORT && values.GATEHOUSE_METRICS_PORT === values.GATEHOUSE_PORT)
    mistakes.push(
      'GATEHOUSE_METRICS_PORT is the same as GATEHOUSE_PORT: choose another one for the metrics.',
    );
  const allowed = values.GATEHOUSE_CLIENT_REGISTRATION_ALLOWS ?? [];
  if (allowed.includes('legacy-flows') && values.GATEHOUSE_LEGACY_FLOWS === 'off')
    mistakes.push(
      'GATEHOUSE_CLIENT_REGISTRATION_ALLOWS: legacy-flows needs GATEHOUSE_LEGACY_FLOWS=on: switch them on, or leave the word out.',
    );
  return mistakes;
}
