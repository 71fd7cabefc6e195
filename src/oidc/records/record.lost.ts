/**
 * A record was spent, or ended, between being read and being written: somebody else was faster.
 * Nothing of the request's writes is kept.
 */
export class RecordLost extends Error {
  constructor(
    readonly kind: string,
    readonly grantHash: string | undefined,
  ) {
    super(`a ${kind} was spent or ended meanwhile`);
  }
}
