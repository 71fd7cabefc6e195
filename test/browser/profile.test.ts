import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import sharp from 'sharp';
import { somebody } from '../support/enrolled.js';
import { axeViolations, tooWideWhenZoomed } from './accessible.js';
import { Stage } from './stage.js';
import type { Window } from './window.js';

describe.each([true, false])('profile, activity and export in Chromium, JavaScript: %s', (javaScript) => {
  const stage = Stage.inThisBlock();
  let window: Window;

  beforeAll(async () => {
    const person = somebody();
    await stage.server.addPerson(person);
    window = await stage.chromium.window({ device: 'phone', timeZone: 'Asia/Tokyo', javaScript });
    await window.open('/dashboard/profile');
    await window.signIn(person);
  });
  afterEach(() => {
    expect([...window.complaints, ...window.foreignRequests]).toEqual([]);
  });

  async function accessible(): Promise<void> {
    // axe-core is a script itself.
    if (javaScript) expect(await axeViolations(window.page)).toEqual([]);
    if (javaScript) expect(await tooWideWhenZoomed(window.page)).toEqual([]);
  }

  it('suggests the time zone of the machine, and saves nothing by itself', async () => {
    const zone = window.page.locator('#timeZone');
    expect(await zone.inputValue()).toBe(javaScript ? 'Asia/Tokyo' : '');
    expect((await window.text).includes('time zone of this device')).toBe(javaScript);
    await accessible();
    await window.open('/dashboard/activity');
    expect(await window.page.locator('time[data-zone]').count()).toBe(0);

    await window.open('/dashboard/profile');
    await zone.selectOption('Europe/Berlin');
    await window.submit({ displayName: 'Ada Lovelace' });
    expect(await zone.inputValue()).toBe('Europe/Berlin');
    // Where a zone was chosen, the machine's is not asked.
    await window.open('/dashboard/activity');
    expect(await window.page.locator('time').first().innerText()).toMatch(/ (GMT\+[12]|CES?T)$/);
    await accessible();
  });

  it('takes a picture, and says what is wrong with one', async () => {
    await window.open('/dashboard/profile');
    const choose = (name: string, buffer: Buffer) =>
      window.page.locator('#picture').setInputFiles({ name, mimeType: 'image/png', buffer });
    await choose('me.png', Buffer.from('<svg/>'));
    await window.press('set-picture');
    expect(await window.page.locator('#picture-error').innerText()).toContain(
      'not a picture that can be used',
    );
    await accessible();

    const image = { create: { width: 90, height: 60, channels: 3 as const, background: 'teal' } };
    await choose('me.png', await sharp(image).png().toBuffer());
    await window.press('set-picture');
    const width = `document.querySelector('img.portrait').naturalWidth`;
    expect(await window.page.evaluate<number>(width)).toBe(256);
    await accessible();
  });

  it('gives the file with my data', async () => {
    await window.open('/dashboard/export');
    await accessible();
    const [download] = await Promise.all([
      window.page.waitForEvent('download'),
      window.page.locator('#submit').click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^gatehouse-person\d+-\d{4}-\d\d-\d\d\.json$/);
  });
});
