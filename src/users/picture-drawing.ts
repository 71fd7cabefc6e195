import sharp, { type Sharp } from 'sharp';

// Loaded with the first picture that is drawn (docs/decisions/0031).

/** Pixels a side. */
const SIZE = 256;
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

/** Only these four ways into the library are open, whatever the bytes look like to it: no SVG, no PDF, no HEIC, no TIFF. */
const LOADERS = ['Png', 'Jpeg', 'Webp', 'Nsgif'].map((format) => `VipsForeignLoad${format}Buffer`);
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({ operation: LOADERS });
sharp.concurrency(1);
sharp.cache(false);

/** A square WebP of the first frame, upright, without what else was in the file (EXIF with its places, comments, scripts). */
export function squareOf(bytes: Buffer): Promise<Buffer> {
  return sharp(bytes, { limitInputPixels: MAX_PIXELS, failOn: 'error' })
    .timeout({ seconds: DRAWING_TIME })
    .autoOrient()
    .resize(SIZE, SIZE, { fit: 'cover' })
    .webp({ quality: 82 })
    .toBuffer();
}

/** A small WebP of the whole picture on white, as the pages show a logo; not so well where it would weigh too much. */
export function logoOf(bytes: Buffer): Promise<Buffer> {
  return small(bytes, (picture) => picture.flatten({ background: '#fff' }));
}

/** The same for the sign of this service, which stands on the ground of each page: what is transparent stays so. */
export function signOf(bytes: Buffer): Promise<Buffer> {
  return small(bytes, (picture) => picture);
}

async function small(bytes: Buffer, ground: (picture: Sharp) => Sharp): Promise<Buffer> {
  const picture = sharp(bytes, { limitInputPixels: LOGO_PIXELS, failOn: 'error' })
    .timeout({ seconds: LOGO_DRAWING_TIME })
    .autoOrient()
    .resize(LOGO_SIZE, LOGO_SIZE, { fit: 'inside', withoutEnlargement: true });
  const { data, info } = await ground(picture)
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  for (const quality of LOGO_QUALITIES) {
    const webp = await sharp(data, { raw: info }).webp({ quality }).toBuffer();
    if (webp.length <= LOGO_MAX_BYTES) return webp;
  }
  throw new Error('it stays too heavy');
}
