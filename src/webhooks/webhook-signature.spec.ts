import { describe, expect, it } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { signatureHeaders } from './webhook-signature.js';

describe('the signature of a webhook', () => {
  const body = '{"test": 2432232314}';
  const id = 'msg_p5jXN8AQM9LWM0D4loKWxJek';

  it('is that of the example in the specification’s reference libraries', () => {
    const key = Buffer.from('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'base64');
    const at = new Date(1_614_265_330_000);
    expect(signatureHeaders([key], { id, at, body })).toEqual({
      'webhook-id': id,
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });

  it('is verified by another implementation, by either of two secrets', () => {
    const keys = [Buffer.alloc(32, 1), Buffer.alloc(24, 2)];
    const headers = signatureHeaders(keys, { id, at: new Date(), body });
    for (const key of keys)
      expect(new Webhook(key.toString('base64')).verify(body, headers)).toEqual({ test: 2432232314 });
    expect(() => new Webhook(Buffer.alloc(32, 3).toString('base64')).verify(body, headers)).toThrow();
  });
});
