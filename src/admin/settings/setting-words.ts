import type { Changeable } from '../../config/changeable.js';
import { SETTINGS } from '../../config/settings.js';
import type { MessageRef } from '../../http/form.js';
import { durationInWords } from '../../http/durations.js';

/** Values that stand for something else than they say. */
const WORDS: { readonly [K in Changeable]?: Readonly<Record<string, string>> } = {
  GATEHOUSE_REGISTRATION: {
    on: 'admin.settings.GATEHOUSE_REGISTRATION.on',
    off: 'admin.settings.GATEHOUSE_REGISTRATION.off',
  },
  GATEHOUSE_SECOND_FACTOR: {
    optional: 'admin.settings.GATEHOUSE_SECOND_FACTOR.optional',
    required: 'admin.settings.GATEHOUSE_SECOND_FACTOR.required',
  },
  GATEHOUSE_EMAIL_VERIFICATION: {
    optional: 'admin.settings.GATEHOUSE_EMAIL_VERIFICATION.optional',
    required: 'admin.settings.GATEHOUSE_EMAIL_VERIFICATION.required',
  },
  GATEHOUSE_REMEMBER_DEVICE: { off: 'admin.settings.GATEHOUSE_REMEMBER_DEVICE.off' },
  GATEHOUSE_RECOVERY_DELAY: { off: 'admin.settings.GATEHOUSE_RECOVERY_DELAY.off' },
  GATEHOUSE_AUDIT_RETENTION: { off: 'admin.settings.GATEHOUSE_AUDIT_RETENTION.off' },
};
const DURATIONS: readonly Changeable[] = [
  'GATEHOUSE_SESSION_IDLE',
  'GATEHOUSE_RECENT_SIGN_IN',
  'GATEHOUSE_REMEMBER_DEVICE',
  'GATEHOUSE_RECOVERY_DELAY',
  'GATEHOUSE_AUDIT_RETENTION',
];

/**
 * What a setting says, for people.
 * @param value as it would be written in the environment; it has been read already
 * @param text in the language `lang`
 */
export function settingInWords(
  name: Changeable,
  value: string,
  { lang, text }: { readonly lang: string; readonly text: (message: MessageRef) => string },
): string {
  const key = WORDS[name]?.[value];
  if (key !== undefined) return text(key);
  if (DURATIONS.includes(name)) return durationInWords(SETTINGS[name].parse(value) as number, lang);
  if (name !== 'GATEHOUSE_PASSWORD_MIN_LENGTH') return value;
  return text({ key: 'admin.settings.characters', params: { count: value } });
}
