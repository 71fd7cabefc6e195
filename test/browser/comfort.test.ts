import { beforeAll, describe, expect, it } from '@jest/globals';
import { addEnrolled, somebody } from '../support/enrolled.js';
import { Stage } from './stage.js';
import type { Window } from './window.js';

describe('what the script adds to pages that work without it', () => {
  const stage = Stage.inThisBlock();
  let window: Window;

  beforeAll(async () => {
    window = await stage.chromium.window();
  });

  it('shows and hides a password', async () => {
    await window.open('/register');
    const password = window.page.locator('#password');
    await password.fill('brass engine weaves numbers');
    await window.page.getByRole('button', { name: 'Show password' }).click();
    expect(await password.getAttribute('type')).toBe('text');
    await window.page.getByRole('button', { name: 'Hide password' }).click();
    expect(await password.getAttribute('type')).toBe('password');
  });

  it('says how long a new password is by now, counted as the server counts', async () => {
    await window.open('/register');
    const password = window.page.locator('#password');
    const length = window.page.locator('.length');
    expect(await length.isVisible()).toBe(false);
    await password.fill('🦉🦉🦉');
    expect(await length.innerText()).toBe('3 of at least 12 characters');
    await password.fill('brass engine');
    expect(await length.innerText()).toMatch(/^12 characters/);
  });

  it('sends a form once, however often its button is pressed', async () => {
    await window.open('/register');
    const pressedTwice = await window.page.evaluate<{ refused: boolean[]; disabled: boolean }>(`(async () => {
      const button = document.getElementById('submit');
      const refused = [];
      document.addEventListener('submit', (event) => {
        refused.push(event.defaultPrevented);
        event.preventDefault();
      });
      button.click();
      button.click();
      await new Promise((later) => setTimeout(later, 50));
      return { refused, disabled: button.disabled };
    })()`);
    expect(pressedTwice).toEqual({ refused: [false, true], disabled: true });
  });

  it('copies and prints the backup codes, and tells the time where the reader is', async () => {
    const person = somebody();
    await addEnrolled(stage.server, person);
    const reader = await stage.chromium.window({ timeZone: 'Asia/Tokyo' });
    await reader.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await reader.open('/dashboard/second-factor');
    await reader.signIn(person);
    const { clock } = stage.server;
    clock.advance(30_000);
    await reader.submit({ code: person.authenticator!.code(clock.now()) });

    const time = reader.page.locator('time').first();
    const inTokyo = new Intl.DateTimeFormat('en', {
      dateStyle: 'medium',
      timeStyle: 'short',
      timeZone: 'Asia/Tokyo',
    });
    expect(await time.innerText()).toBe(inTokyo.format(new Date((await time.getAttribute('datetime'))!)));

    await reader.press('new-codes');
    await reader.page.locator('#copy').click();
    await reader.page.getByText('Copied').waitFor();
    const copied = await reader.page.evaluate<string>('navigator.clipboard.readText()');
    expect(copied.trim().split('\n')).toEqual(await reader.backupCodes);

    await reader.page.emulateMedia({ media: 'print' });
    expect(await reader.has('codes')).toBe(true);
    for (const control of ['download', 'print', 'code', 'submit'])
      expect(await reader.has(control)).toBe(false);
  });
});
