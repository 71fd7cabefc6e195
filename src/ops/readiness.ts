import { Injectable } from '@nestjs/common';
import { Schema } from '../database/schema.js';
import { KeyRing } from '../keys/key-ring.service.js';
import { GracefulStop } from './graceful-stop.js';

export type ReadyStatus = 'ok' | 'stopping' | 'database-away' | 'migrations-pending' | 'no-keys';

/** Whether this instance can do its work. */
@Injectable()
export class Readiness {
  constructor(
    private readonly schema: Schema,
    private readonly keys: KeyRing,
    private readonly stop: GracefulStop,
  ) {}

  /**
   * A database that is newer than this instance is none of its troubles: another one is being upgraded, and until that has
   * taken over, this one goes on. One that is older was restored under its feet.
   */
  async status(): Promise<ReadyStatus> {
    if (this.stop.isStopping) return 'stopping';
    const state = await this.schema.state().catch(() => undefined);
    if (!state) return 'database-away';
    if (state.pending.length > 0) return 'migrations-pending';
    return this.keys.roles().every(({ signing }) => signing) ? 'ok' : 'no-keys';
  }
}
