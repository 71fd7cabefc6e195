import type { Browser, Page } from './browser.js';
import type { ReceivedLetter, TestMailbox } from './mailbox.js';

/** The letter with this subject to this address; waits until it is there. */
export function letter(mailbox: TestMailbox, to: string, subject: string): Promise<ReceivedLetter> {
  return mailbox.waitFor((each) => each.to === to && each.subject === subject);
}

/** The link in a letter that opens this page. */
export function linkTo(page: string, { links, subject }: ReceivedLetter): string {
  const link = links.find((each) => new URL(each).pathname.endsWith(page));
  if (!link) throw new Error(`no link to ${page} in "${subject}": ${links.join(' ')}`);
  return link;
}

/** Opens a link and presses the button on its page, where there is one. */
export async function follow(browser: Browser, link: string): Promise<Page> {
  const page = await browser.open(link);
  return page.status === 200 ? browser.press('submit') : page;
}
