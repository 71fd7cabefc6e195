import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HELP_ACTIONS, RIGHTS_ACTIONS } from '../src/admin/users/action-table.js';
import { noticeOf } from '../src/admin/console/notices.js';
import { projectRoot } from '../src/config/root.js';

const names = [...Object.keys(HELP_ACTIONS), ...Object.keys(RIGHTS_ACTIONS), 'remove-factor', 'end-session'];
const SHOWN_ONCE = /-link$/;

describe('the actions on an account', () => {
  const english = JSON.parse(readFileSync(join(projectRoot, 'views/messages/en.json'), 'utf8')) as Record<
    string,
    string
  >;

  it.each(names)('%s has its words, and says so afterwards', (name) => {
    for (const part of ['heading', 'text', 'submit'])
      expect(english).toHaveProperty([`user-action.${name}.${part}`]);
    if (!SHOWN_ONCE.test(name)) expect(noticeOf(name)).toBeDefined();
  });

  it('are all that there are words for', () => {
    const worded = Object.keys(english).flatMap(
      (key) => /^user-action\.([a-z-]+)\.(?:heading|text|submit)$/.exec(key)?.[1] ?? [],
    );
    expect([...new Set(worded)].sort()).toEqual([...names].sort());
  });
});
