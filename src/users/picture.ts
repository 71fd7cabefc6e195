import { Injectable } from '@nestjs/common';
import sharp from 'sharp';
import { Turns } from '../kernel/turns.js';

/** Pixels a side. */
export const PICTURE_SIZE = 256;
/** What a picture may unfold to: a file of a megabyte can claim to be a gigabyte of pixels (decompression bomb). */
const MAX_PIXELS = 40_000_000;
/** Seconds. */
const DRAWING_TIME = 10;
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

  /**
   * A square WebP of the first frame, upright, without what else was in the file (EXIF with its places, comments, scripts).
   * @throws busy (503) when too many wait already
   */
  async draw(bytes: Buffer): Promise<Drawn> {
    if (!pictureFormat(bytes)) return { kind: 'no-picture' };
    return this.turns.run(async () => {
      try {
        const webp = await sharp(bytes, { limitInputPixels: MAX_PIXELS, failOn: 'error' })
          .timeout({ seconds: DRAWING_TIME })
          .autoOrient()
          .resize(PICTURE_SIZE, PICTURE_SIZE, { fit: 'cover' })
          .webp({ quality: 82 })
          .toBuffer();
        return { kind: 'drawn', webp };
      } catch (error) {
        // Whatever cannot be drawn is no picture of ours; the library says in words only which of its limits was met.
        const tooMany = /pixel limit/i.test((error as Error).message);
        return { kind: tooMany ? 'too-many-pixels' : 'no-picture' };
      }
    });
  }
}
