import type { Config } from './config.js';
import type { SettingName, SettingValues } from './settings.js';

/**
 * The settings that operators may also change while servers run, on their pages or by the shell. What the environment says stands:
 * only a setting that is not given there can be changed. Nothing here decides who is believed, or what is reached.
 */
const OF_CONFIG = {
  GATEHOUSE_NAME: (value) => ({ serviceName: value! }),
  GATEHOUSE_COLOR: (value) => ({ color: value }),
  GATEHOUSE_REGISTRATION: (value) => ({ registrationOpen: value === 'on' }),
  GATEHOUSE_SECOND_FACTOR: (value) => ({ secondFactorRequired: value === 'required' }),
  GATEHOUSE_EMAIL_VERIFICATION: (value) => ({ emailVerificationRequired: value === 'required' }),
  GATEHOUSE_PASSWORD_MIN_LENGTH: (value) => ({ passwordMinLength: value! }),
  GATEHOUSE_SESSION_IDLE: (value) => ({ sessionIdle: value! }),
  GATEHOUSE_RECENT_SIGN_IN: (value) => ({ recentSignIn: value! }),
  GATEHOUSE_REMEMBER_DEVICE: (value) => ({ rememberDevice: value! }),
  GATEHOUSE_RECOVERY_DELAY: (value) => ({ recoveryDelay: value! }),
  GATEHOUSE_AUDIT_RETENTION: (value) => ({ auditRetention: value! }),
} satisfies { [K in SettingName]?: (value: SettingValues[K]) => Partial<Config> };

export type Changeable = keyof typeof OF_CONFIG;
export const CHANGEABLE = Object.keys(OF_CONFIG) as Changeable[];

export const isChangeable = (name: string): name is Changeable => Object.hasOwn(OF_CONFIG, name);

/** What a value means in the program's own terms. @param value as its setting's parser gave it */
export function ofConfig(name: Changeable, value: unknown): Partial<Config> {
  return (OF_CONFIG[name] as (value: unknown) => Partial<Config>)(value);
}

/** The same for all of them. */
export function changeable(values: SettingValues): ChangeableConfig {
  return Object.assign({}, ...CHANGEABLE.map((name) => ofConfig(name, values[name]))) as ChangeableConfig;
}

type ChangeableConfig = Pick<
  Config,
  | 'serviceName'
  | 'color'
  | 'registrationOpen'
  | 'secondFactorRequired'
  | 'emailVerificationRequired'
  | 'passwordMinLength'
  | 'sessionIdle'
  | 'recentSignIn'
  | 'rememberDevice'
  | 'recoveryDelay'
  | 'auditRetention'
>;
