import { parse, type HTMLElement } from 'node-html-parser';

/** A page's HTML. The parser asks for what HTML lets a page leave out: the end tags of options. */
export function parsed(html: string): HTMLElement {
  return parse(html.replace(/(<option[^>]*>[^<]*)(?=<option|<\/select>)/g, '$1</option>'));
}
