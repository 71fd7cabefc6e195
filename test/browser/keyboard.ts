import type { Page } from 'playwright-core';
import type { Hands } from './hands.js';

interface Focus {
  readonly id: string;
  readonly html: string;
  /** Whether a ring is drawn around it, and whether all of it is on the screen. */
  readonly visible: boolean;
}

/** The element that has the focus; undefined: the focus is outside of the page. The page may still have to scroll to it. */
const FOCUS = `(async () => {
  const element = document.activeElement;
  if (!element || element === document.body) return undefined;
  const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(element);
  const ring = outlineStyle === 'solid' && parseFloat(outlineWidth) >= 2 && !/, 0\\)$/.test(outlineColor);
  const onScreen = () => {
    const { top, bottom } = element.getBoundingClientRect();
    return top >= 0 && bottom <= innerHeight;
  };
  for (let frames = 0; frames < 30 && !onScreen(); frames++) await new Promise(requestAnimationFrame);
  return { id: element.id, html: element.outerHTML.slice(0, 150), visible: ring && onScreen() };
})()`;

/** What can be worked on the page, from top to bottom as it is drawn, a navigation beside it first; of a group of radio buttons the chosen one. */
const CONTROLS = `[...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex]')]
  .filter((element) => !element.disabled && element.tabIndex >= 0 && element.checkVisibility())
  .filter((element) => element.type !== 'radio' || element.checked)
  .map((element) => ({
    html: element.outerHTML.slice(0, 150),
    box: element.getBoundingClientRect(),
    column: element.closest('.account-side') ? 0 : 1,
  }))
  .sort((a, b) => (a.column !== b.column ? a.column - b.column : a.box.bottom <= b.box.top ? -1 : b.box.bottom <= a.box.top ? 1 : a.box.left - b.box.left))
  .map(({ html }) => html)`;

const MOST_TABS = 40;
/** No page has so many controls: a walk around it comes to its end. */
const ONCE_AROUND = 100;

/** Works a page by keyboard alone: Tab until one is there, then type or press Enter. */
export class Keyboard implements Hands {
  async type(page: Page, id: string, text: string): Promise<void> {
    await this.reach(page, id);
    // Tabbing into a field selects what is in it: typing replaces that, as with the pointer's hands.
    await page.keyboard.press('Control+A');
    await page.keyboard.press('Delete');
    await page.keyboard.type(text);
  }

  async press(page: Page, id: string): Promise<void> {
    await this.reach(page, id);
    await page.keyboard.press('Enter');
  }

  private async reach(page: Page, id: string): Promise<void> {
    for (let tabs = 0; tabs <= MOST_TABS; tabs++) {
      const focus = await page.evaluate<Focus | undefined>(FOCUS);
      if (focus && !focus.visible) throw new Error(`the focus cannot be seen on ${focus.html}`);
      if (focus?.id === id) return;
      await page.keyboard.press('Tab');
    }
    throw new Error(`#${id} cannot be reached by Tab on ${page.url()}`);
  }
}

/** Once around the page by Tab: what is passed over, comes in another order than it is drawn, or cannot be seen when it has the focus. */
export async function tabFaults(page: Page): Promise<string[]> {
  const expected = await page.evaluate<string[]>(CONTROLS);
  const focused = () => page.evaluate<Focus | undefined>(FOCUS);
  const seen: string[] = [];
  const faults: string[] = [];
  // Some pages begin with the focus in their first field: first leave the page, then go around it.
  for (let tabs = 0; (await focused()) && tabs < ONCE_AROUND; tabs++) await page.keyboard.press('Tab');
  for (let tabs = 0; tabs < ONCE_AROUND; tabs++) {
    await page.keyboard.press('Tab');
    const focus = await focused();
    if (!focus || focus.html === seen[0]) break;
    seen.push(focus.html);
    if (!focus.visible) faults.push(`the focus cannot be seen on ${focus.html}`);
  }
  if (seen.join() !== expected.join())
    faults.push(`Tab leads to ${seen.join()} and not to ${expected.join()}`);
  return faults;
}
