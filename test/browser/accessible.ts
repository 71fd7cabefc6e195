import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults, RunOptions } from 'axe-core';
import type { Page } from 'playwright-core';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe-core objects to on the page, a line each. */
async function violations(page: Page, options: RunOptions): Promise<string[]> {
  const run = `axe.run(document, ${JSON.stringify({ ...options, resultTypes: ['violations'] })})`;
  const results = await page.evaluate<AxeResults>(run);
  return results.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary}`),
  );
}

/** Everything once in light, and what depends on colours again in dark. */
export async function axeViolations(page: Page): Promise<string[]> {
  await page.evaluate(axeSource);
  const light = await violations(page, {});
  await page.emulateMedia({ colorScheme: 'dark' });
  const dark = await violations(page, { runOnly: ['color-contrast'] });
  await page.emulateMedia({ colorScheme: 'light' });
  return [...light, ...dark.map((line) => `dark: ${line}`)];
}

/** What sticks out at 400 % zoom: a window 1280 pixels wide is then 320 wide (WCAG 2.2, 1.4.10). */
export async function tooWideWhenZoomed(page: Page): Promise<string[]> {
  const before = page.viewportSize()!;
  await page.setViewportSize({ width: 320, height: 256 });
  const wide = await page.evaluate<string[]>(`
    [...document.querySelectorAll('body *')]
      .filter((element) => {
        const box = element.getBoundingClientRect();
        // What is there for screen readers alone is clipped away.
        const clipped = (ancestor) => ancestor && (getComputedStyle(ancestor).clipPath !== 'none' || clipped(ancestor.parentElement));
        return (box.right > 320.5 || box.left < -0.5) && !clipped(element);
      })
      .map((element) => element.outerHTML.slice(0, 150))
      .concat(document.scrollingElement.scrollWidth > 320 ? ['the page scrolls sideways'] : [])`);
  await page.setViewportSize(before);
  return wide;
}

/** The bytes of the document and all it loads, before any compression. */
export function weight(page: Page): Promise<number> {
  return page.evaluate<number>(`
    [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
      .reduce((sum, { decodedBodySize }) => sum + decodedBodySize, 0)`);
}
