import { defineEntity, p } from '@mikro-orm/core';

/** A setting that operators have changed while servers run; without a row the setting is what the program starts with. */
export const RuntimeSettingSchema = defineEntity({
  name: 'RuntimeSetting',
  tableName: 'runtime_setting',
  properties: {
    /** As in the environment; `logo` for the picture beside the service's name. */
    name: p.string().primary().length(60),
    /** As it would be written in the environment; of the logo a data: URL. */
    value: p.text(),
    /** Epoch milliseconds. */
    updatedAt: p.bigint('number'),
    /** An account, `shell`, or `client:` and the id of a program. */
    updatedBy: p.string().length(255),
  },
});
