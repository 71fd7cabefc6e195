import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { addEnrolled } from '../support/enrolled.js';
import { ada } from '../support/people.js';
import type { Stage } from './stage.js';

export const photographsWanted = process.env['GATEHOUSE_SCREENSHOTS'] === '1';
const FOLDER = 'test-results/screenshots';

/** A picture of the page as it is, in light and in dark: `<page>-<device>-<colours>.png`, other languages than English in a folder. */
export async function photograph(page: Page, name: string, language: string, device: string): Promise<void> {
  const folder = language === 'en' ? FOLDER : join(FOLDER, language);
  mkdirSync(folder, { recursive: true });
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme });
    writeFileSync(join(folder, `${name}-${device}-${colorScheme}.png`), await wholePage(page));
  }
}

/** Chromium's own way to photograph a whole page forgets that a phone is worked with fingers: so the window is made as tall as the page. */
async function wholePage(page: Page): Promise<Buffer> {
  const { width, height } = page.viewportSize()!;
  const whole = await page.evaluate<number>('document.documentElement.scrollHeight');
  await page.setViewportSize({ width, height: Math.max(height, whole) });
  const picture = await page.screenshot();
  await page.setViewportSize({ width, height });
  return picture;
}

/** The picture in the README: the sign-in page on a desktop, and on a phone the code that is asked for then. */
export async function pictureForReadme(stage: Stage): Promise<void> {
  const { server, chromium } = stage;
  const person = ada();
  await addEnrolled(server, person);
  const notes = stage.application('notes');
  const desktop = await chromium.window({ scale: 1.5 });
  await desktop.open(notes.authorizationUrl());
  await desktop.type('username', person.username);
  const phone = await chromium.window({ device: 'phone' });
  await phone.open(notes.authorizationUrl());
  await phone.signIn(person);
  await phone.type('code', '492 039');
  await phone.page.emulateMedia({ colorScheme: 'dark' });

  const image = async (page: Page) => `data:image/png;base64,${(await page.screenshot()).toString('base64')}`;
  const canvas = (await chromium.window({ scale: 1.5 })).page;
  await canvas.setViewportSize({ width: 1120, height: 660 });
  await canvas.setContent(`<!doctype html>
    <style>
      body { margin: 0; height: 660px; background: #0e3b2b; }
      div { position: absolute; overflow: hidden; }
      img { display: block; width: 100%; }
      .desktop { inset: 44px auto auto 48px; width: 880px; border-radius: 12px; background: #d3ddd8; }
      p { margin: 0; padding-left: 14px; color: #8fa39a; font: 16px/26px sans-serif; }
      .phone { inset: 84px 48px auto auto; width: 240px; border: 8px solid #050a08; border-radius: 36px; }
    </style>
    <div class="desktop"><p>●&ensp;●&ensp;●</p><img src="${await image(desktop.page)}"></div>
    <div class="phone"><img src="${await image(phone.page)}"></div>`);
  mkdirSync('docs/images', { recursive: true });
  writeFileSync('docs/images/sign-in.png', await canvas.screenshot());
}
