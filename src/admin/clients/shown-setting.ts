import type { Setting } from '../../applications/application.js';

/** A setting's place is written as in the documents, where backticks mark a name. */
export function shownSetting(setting: Setting) {
  const where = setting.where.replaceAll('`', '');
  if ('lines' in setting) return { where, lines: setting.lines.join('\n') };
  const fields = Object.entries(setting.fields).map(([name, value]) => ({
    name,
    value: value.replace(/^\((.*)\)$/, '$1'),
  }));
  return { where, fields };
}
