type Rgb = readonly [number, number, number];

const WHITE: Rgb = [255, 255, 255];
const BLACK: Rgb = [0, 0, 0];
/** What the colour is read on: the grounds of app.css, in light and in dark, and text on top of the colour itself. */
const GROUNDS: Record<'light' | 'dark', Rgb> = { light: [233, 238, 235], dark: [23, 32, 28] };
const INK: Rgb = [13, 20, 17];
/** WCAG 2.2, 1.4.3: of text to its ground. A little more, since the wash under it is not the ground itself. */
const READABLE = 5;
const STEP = 0.04;

const ACCENT = /^[0-9a-f]{6}$/;

/**
 * The stylesheet that gives the pages another colour. It depends on the colour alone, so that it can be kept for ever; the colour
 * is made darker, or for dark screens lighter, until it can be read.
 * @param color six hexadecimal digits
 * @returns undefined: that is no colour
 */
export function accentStylesheet(color: string): string | undefined {
  if (!ACCENT.test(color)) return undefined;
  const chosen = rgbOf(color);
  return [
    `:root {\n${variables(chosen, 'light')}}`,
    `@media (prefers-color-scheme: dark) {\n:root {\n${variables(chosen, 'dark')}}\n}\n`,
  ].join('\n');
}

/** WCAG 2.2: how well two colours can be told apart, from 1 to 21. */
export function contrast(one: Rgb, other: Rgb): number {
  const [bright, dim] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (bright! + 0.05) / (dim! + 0.05);
}

export function rgbOf(color: string): Rgb {
  return [0, 2, 4].map((at) => parseInt(color.slice(at, at + 2), 16)) as unknown as Rgb;
}

function variables(chosen: Rgb, scheme: 'light' | 'dark'): string {
  const ground = GROUNDS[scheme];
  const away = scheme === 'light' ? BLACK : WHITE;
  const wash = mix(scheme === 'light' ? WHITE : ground, chosen, scheme === 'light' ? 0.12 : 0.2);
  let accent = chosen;
  while (Math.min(contrast(accent, ground), contrast(accent, wash)) < READABLE)
    accent = mix(accent, away, STEP);
  const onAccent = contrast(accent, WHITE) >= contrast(accent, INK) ? WHITE : INK;
  const values = {
    '--accent': accent,
    '--accent-strong': mix(accent, away, 0.25),
    '--on-accent': onAccent,
    '--wash': wash,
  };
  const lines = Object.entries(values).map(([name, value]) => `${name}: rgb(${value.join(' ')});`);
  return [...lines, `--ring: rgb(${accent.join(' ')} / 5%);`, ''].join('\n');
}

function mix(from: Rgb, to: Rgb, share: number): Rgb {
  return from.map((value, index) => Math.round(value + (to[index]! - value) * share)) as unknown as Rgb;
}

function luminance(color: Rgb): number {
  const [red, green, blue] = color.map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}
