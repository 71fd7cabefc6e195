/** What a spreadsheet would reckon with, also where it takes another sign than the comma for the end of a cell. */
const FORMULA = /(^ *|[,;\t\r\n])(?=[=+\-@＝＋－＠])/g;
/** Which it leaves out at the beginning of a cell, to reckon with what comes then. */
const SKIPPED = /^(?=[\t\r])/;

/**
 * One record of RFC 4180, every cell in quotes. Whoever signs in with a browser that calls itself `=HYPERLINK(…)` gets it as a
 * text into the spreadsheet of whoever opens the file: an apostrophe stands before what would be a formula.
 */
export function csvLine(cells: readonly (string | number | null)[]): string {
  return `${cells.map(cell).join(',')}\r\n`;
}

function cell(value: string | number | null): string {
  if (value === null) return '""';
  const text =
    typeof value === 'number' ? String(value) : value.replace(FORMULA, "$1'").replace(SKIPPED, "'");
  return `"${text.replaceAll('"', '""')}"`;
}
