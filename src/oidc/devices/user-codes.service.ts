import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { errors, Provider } from 'oidc-provider';
import { networkOf } from '../../attempts/network.js';
import { Throttle, type ThrottleSubject } from '../../attempts/throttle.service.js';
import { windowOf, type ThrottledFactor } from '../../attempts/throttle-rule.js';
import { Clock } from '../../kernel/clock.js';
import { canonicalUserCode } from './user-code.js';

/** Somebody tries codes. */
export class TooManyUserCodes extends errors.OIDCProviderError {
  constructor(readonly retryAfterSeconds: number) {
    super(429, 'too_many_requests');
  }
}

type Counted = [factor: ThrottledFactor, subject: ThrottleSubject];

/**
 * A code on a screen is short, and whoever guesses one connects somebody else's device with their own account (RFC 8628,
 * section 5.1). Each look is counted before it is made: for the browser, its address and all together. A code that there is
 * was no guess, and is taken back.
 */
@Injectable()
export class UserCodes {
  constructor(
    private readonly throttle: Throttle,
    private readonly clock: Clock,
  ) {}

  /** From here on the provider finds codes only so, and whatever way they are typed. */
  guard(provider: Provider): void {
    const { DeviceCode } = provider;
    const find = DeviceCode.findByUserCode.bind(DeviceCode);
    DeviceCode.findByUserCode = async (typed, options) => {
      const counted = await this.admit(Provider.ctx!.req as Request);
      const code = await find(canonicalUserCode(typed), options);
      if (code) for (const each of counted) await this.throttle.takeBack(...each);
      return code;
    };
  }

  private async admit(req: Request): Promise<Counted[]> {
    const counted = this.countedFor(req);
    for (const each of counted) {
      const admission = await this.throttle.admit(...each);
      if (!admission.admitted) throw new TooManyUserCodes(admission.retryAfterSeconds);
    }
    return counted;
  }

  private countedFor({ ip, browserId }: Request): Counted[] {
    const window = windowOf(this.clock.now().getTime());
    return [
      ...(browserId ? [counted('user-code', `browser ${browserId}`)] : []),
      counted('user-code-address', `${networkOf(ip ?? '')} ${window}`),
      counted('user-code-everyone', `${window}`),
    ];
  }
}

function counted(factor: ThrottledFactor, subject: string): Counted {
  return [factor, { subject, isAccount: false, browserTokens: [] }];
}
