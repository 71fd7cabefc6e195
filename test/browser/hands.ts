import type { Page } from 'playwright-core';

/** How someone works a page. */
export interface Hands {
  type(page: Page, id: string, text: string): Promise<void>;
  press(page: Page, id: string): Promise<void>;
}

export class Pointer implements Hands {
  async type(page: Page, id: string, text: string): Promise<void> {
    await page.locator(`#${id}`).fill(text);
  }

  async press(page: Page, id: string): Promise<void> {
    await page.locator(`#${id}`).click({ noWaitAfter: true });
  }
}
