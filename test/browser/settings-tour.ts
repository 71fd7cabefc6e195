import { signInAs } from './console-tour.js';
import type { Tour } from './tour.js';

/** What an operator changes of the service itself. */
export async function settingsPages(tour: Tour): Promise<void> {
  const { window, visit } = tour;
  await signInAs('operator', tour);
  await window.open('/admin/settings');
  await visit('console-settings');
  await window.press('change-GATEHOUSE_REGISTRATION');
  await visit('console-setting-choice');
  await window.open('/admin/settings/GATEHOUSE_PASSWORD_MIN_LENGTH');
  await window.submit({ value: 'twelve' });
  await visit('console-setting-refused');
  await window.open('/admin/branding');
  await visit('console-branding');
  await window.page.locator('#color').fill('no colour');
  await window.press('submit');
  await visit('console-branding-refused');
  await window.page.locator('#name').fill('House of Keys');
  await window.page.locator('#color').fill('#5b2a86');
  await window.press('preview');
  await visit('console-branding-preview');
}
