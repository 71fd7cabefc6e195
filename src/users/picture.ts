import { Injectable } from '@nestjs/common';
import sharp from 'sharp';
import { Turns } from '../kernel/turns.js';

/** Pixels a side. */
export const PICTURE_SIZE = 256;
/** What a picture may unfold to: a file of a megabyte can claim to be a gigabyte of pixels (decompression bomb). */
const MAX_PIXELS = 40_000_000;
/** Seconds. */
const DRAWING_TIME = 10;
/** An application's logo: pixels a side, twice what the pages show; and so small that the page around it stays light. */
const LOGO_SIZE = 96;
const LOGO_PIXELS = 16_000_000;
const LOGO_DRAWING_TIME = 3;
const LOGO_MAX_BYTES = 4096;
const LOGO_QUALITIES = [82, 60, 35, 15];
const AT_ONCE = 2;
const WAITING = 20;

/** Only these four ways into the library are open, whatever the bytes look like to it: no SVG, no PDF, no HEIC, no TIFF. */
const LOADERS = ['Png', 'Jpeg', 'Webp', 'Nsgif'].map((format) => `VipsForeignLoad${format}Buffer`);
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({ operation: LOADERS });
sharp.concurrency(1);
sharp.cache(false);

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
    return drawn(this.turns, bytes, () =>
      sharp(bytes, { limitInputPixels: MAX_PIXELS, failOn: 'error' })
        .timeout({ seconds: DRAWING_TIME })
        .autoOrient()
        .resize(PICTURE_SIZE, PICTURE_SIZE, { fit: 'cover' })
        .webp({ quality: 82 })
        .toBuffer(),
    );
  }

  /**
   * A small WebP of the whole picture on white, as the pages show a logo; not so well where it would weigh too much.
   * @throws busy (503) when too many wait already
   */
  drawLogo(bytes: Buffer): Promise<Drawn> {
    return drawn(this.logoTurns, bytes, async () => {
      const { data, info } = await sharp(bytes, { limitInputPixels: LOGO_PIXELS, failOn: 'error' })
        .timeout({ seconds: LOGO_DRAWING_TIME })
        .autoOrient()
        .resize(LOGO_SIZE, LOGO_SIZE, { fit: 'inside', withoutEnlargement: true })
        .flatten({ background: '#fff' })
        .toColourspace('srgb')
        .raw()
        .toBuffer({ resolveWithObject: true });
      for (const quality of LOGO_QUALITIES) {
        const webp = await sharp(data, { raw: info }).webp({ quality }).toBuffer();
        if (webp.length <= LOGO_MAX_BYTES) return webp;
      }
      throw new Error('it stays too heavy');
    });
  }
}

async function drawn(turns: Turns, bytes: Buffer, work: () => Promise<Buffer>): Promise<Drawn> {
  if (!pictureFormat(bytes)) return { kind: 'no-picture' };
  return turns.run(async () => {
    try {
      return { kind: 'drawn', webp: await work() };
    } catch (error) {
      // Whatever cannot be drawn is no picture of ours; the library says in words only which of its limits was met.
      const tooMany = /pixel limit/i.test((error as Error).message);
      return { kind: tooMany ? 'too-many-pixels' : 'no-picture' };
    }
  });
}
