import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { addEnrolled } from '../support/enrolled.js';
import { ada, type Person } from '../support/people.js';
import { confirmAddress, signInAndRemember } from './account-tour.js';
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

/** The pictures in the README: each a page on a desktop, and on a phone what belongs to it. */
export async function picturesForReadme(stage: Stage): Promise<void> {
  const person = ada();
  const account = await addEnrolled(stage.server, person);
  await confirmAddress(stage, account.id);
  await pictureOfSigningIn(stage, person);
  await pictureOfTheAccount(stage, person);
}

async function pictureOfSigningIn(stage: Stage, person: Person): Promise<void> {
  const notes = stage.application('notes');
  const desktop = await stage.chromium.window({ scale: 1.5 });
  await desktop.open(notes.authorizationUrl());
  await desktop.type('username', person.username);
  const phone = await stage.chromium.window({ device: 'phone' });
  await phone.open(notes.authorizationUrl());
  await phone.signIn(person);
  await phone.type('code', '492 039');
  await pair(stage, 'sign-in', desktop.page, phone.page);
}

async function pictureOfTheAccount(stage: Stage, person: Person): Promise<void> {
  const desktop = await stage.chromium.window({ scale: 1.5 });
  await signInAndRemember(stage, desktop, person);
  for (const id of ['notes', 'photos'] as const) {
    const application = stage.application(id);
    await desktop.open(application.authorizationUrl());
    await application.tokens();
  }
  const phone = await stage.chromium.window({ device: 'phone' });
  await signInAndRemember(stage, phone, person);
  await phone.open('/dashboard/sessions');
  await desktop.open('/dashboard');
  await pair(stage, 'account', desktop.page, phone.page);
}

/** A window, and in front of it a phone in the dark. */
async function pair({ chromium }: Stage, name: string, desktop: Page, phone: Page): Promise<void> {
  await phone.emulateMedia({ colorScheme: 'dark' });
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
      .phone { inset: 84px 48px auto auto; width: 240px; background: #17201c; border: 8px solid #050a08; border-radius: 36px; }
    </style>
    <div class="desktop"><p>●&ensp;●&ensp;●</p><img src="${await image(desktop)}"></div>
    <div class="phone"><img src="${await image(phone)}"></div>`);
  mkdirSync('docs/images', { recursive: true });
  writeFileSync(`docs/images/${name}.png`, await canvas.screenshot());
}
