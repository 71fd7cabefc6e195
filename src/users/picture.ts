import { Injectable } from '@nestjs/common';
import { Turns } from '../kernel/turns.js';

const AT_ONCE = 2;
const WAITING = 20;

/** Why a picture that was sent is none, in the words of a form. */
export const PICTURE_REFUSALS = {
  'too-large': 'form.picture-too-large',
  'too-many': 'form.picture-one',
  'no-picture': 'form.picture-refused',
  'too-many-pixels': 'form.picture-pixels',
} as const;

/** A new picture, or why there is none. */
export type Drawn =
  { readonly kind: 'drawn'; readonly webp: Buffer } | { readonly kind: 'no-picture' | 'too-many-pixels' };

/** The format that the first bytes name; what the file is called and what the browser says of it counts for nothing. */
export function pictureFormat(bytes: Buffer): 'png' | 'jpeg' | 'webp' | 'gif' | undefined {
  const starts = (text: string, at = 0) => bytes.toString('latin1', at, at + text.length) === text;
  if (starts('\x89PNG\r\n\x1a\n')) return 'png';
  if (starts('\xff\xd8\xff')) return 'jpeg';
  if (starts('RIFF') && starts('WEBP', 8)) return 'webp';
  if (starts('GIF87a') || starts('GIF89a')) return 'gif';
  return undefined;
}

/** Draws pictures anew from what people send: the bytes that were sent go no further than this. */
@Injectable()
export class Pictures {
  private readonly turns = new Turns(AT_ONCE, WAITING);
  /** Apart: what strangers make this server draw is in no person's way. */
  private readonly logoTurns = new Turns(1, WAITING);

  /**
   * A square WebP of the first frame, upright, without what else was in the file (EXIF with its places, comments, scripts).
   * @throws busy (503) when too many wait already
   */
  draw(bytes: Buffer): Promise<Drawn> {
    return drawn(this.turns, bytes, ({ squareOf }) => squareOf(bytes));
  }

  /**
   * A small WebP of the whole picture on white, as the pages show a logo; not so well where it would weigh too much.
   * @throws busy (503) when too many wait already
   */
  drawLogo(bytes: Buffer): Promise<Drawn> {
    return drawn(this.logoTurns, bytes, ({ logoOf }) => logoOf(bytes));
  }

  /** The sign of this service, which an operator sends: the same, and what is transparent stays so. @throws busy (503) */
  drawSign(bytes: Buffer): Promise<Drawn> {
    return drawn(this.turns, bytes, ({ signOf }) => signOf(bytes));
  }
}

type Drawing = typeof import('./picture-drawing.js');

async function drawn(
  turns: Turns,
  bytes: Buffer,
  work: (drawing: Drawing) => Promise<Buffer>,
): Promise<Drawn> {
  if (!pictureFormat(bytes)) return { kind: 'no-picture' };
  return turns.run(async () => {
    const drawing = await import('./picture-drawing.js');
    try {
      return { kind: 'drawn', webp: await work(drawing) };
    } catch (error) {
      // Whatever cannot be drawn is no picture of ours; the library says in words only which of its limits was met.
      const tooMany = /pixel limit/i.test((error as Error).message);
      return { kind: tooMany ? 'too-many-pixels' : 'no-picture' };
    }
  });
}
