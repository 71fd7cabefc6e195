import { Controller, Get, Param, Res } from '@nestjs/common';
import type { Response } from 'express';
import { Public } from '../http/access.js';
import { notFound } from '../kernel/errors.js';
import { Avatars } from './avatars.service.js';

/** People's pictures, for the pages of applications too: whoever was told the address can see the picture. */
@Controller('avatar')
export class AvatarController {
  constructor(private readonly avatars: Avatars) {}

  @Public()
  @Get(':id')
  async show(@Param('id') id: string, @Res() res: Response): Promise<void> {
    const image = await this.avatars.find(id);
    if (!image) throw notFound();
    // Opened by itself it must be a picture and nothing else, whatever somebody once managed to have drawn.
    res
      .set({
        'Content-Type': 'image/webp',
        'Content-Security-Policy': "default-src 'none'; sandbox",
        'Cross-Origin-Resource-Policy': 'cross-origin',
        // Another picture has another address.
        'Cache-Control': 'public, max-age=31536000, immutable',
      })
      .send(image);
  }
}
