import { Controller, Get, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Config } from '../config/config.js';
import { Public } from '../http/access.js';
import { Clock } from '../kernel/clock.js';
import { databaseAway } from '../kernel/errors.js';
import { Secrets } from '../kernel/secrets.js';
import { proofOf, PROBE_HEADER, type Arrival } from './probe.js';
import { OneTimeProbe } from './probe.guard.js';
import { Readiness } from './readiness.js';

/** For load balancers and the container's own check (`gatehouse health`), and for the operator's doctor. */
@Controller('health')
export class HealthController {
  constructor(
    private readonly config: Config,
    private readonly readiness: Readiness,
    private readonly secrets: Secrets,
    private readonly clock: Clock,
  ) {}

  /** The process answers. */
  @Public()
  @Get('live')
  live(@Res() res: Response): void {
    res.json({ status: 'ok' });
  }

  /** The process can do its work. */
  @Public()
  @Get('ready')
  async ready(@Res() res: Response): Promise<void> {
    const status = await this.readiness.status();
    if (status !== 'ok') {
      const { status: code, options } = databaseAway(undefined);
      res.status(code).setHeader('Retry-After', String(options.retryAfterSeconds));
    }
    res.json({ status });
  }

  /** How this very request has arrived, told to who knows the master secret, and signed with it. */
  @OneTimeProbe()
  @Get('probe')
  probe(@Req() req: Request, @Res() res: Response): void {
    // As they came: the front door has overwritten what the rest of the program could be deceived by.
    const raw = (name: string) =>
      req.rawHeaders.filter((_, index, all) => index % 2 === 1 && all[index - 1]!.toLowerCase() === name);
    const arrival: Arrival = {
      address: req.ip ?? '',
      trustedHops: this.config.trustedProxyHops,
      forwardedFor: raw('x-forwarded-for').flatMap((value) => value.split(',').map((each) => each.trim())),
      peer: req.socket.remoteAddress ?? '',
      peerPort: req.socket.remotePort ?? 0,
      host: raw('host').join(),
      time: this.clock.now().getTime(),
    };
    res.setHeader('Cache-Control', 'no-store');
    res.json({ arrival, proof: proofOf(this.secrets, req.get(PROBE_HEADER)!, arrival) });
  }
}
