/** A message takes a while to go out. */
const NEARLY = 0.95;

/**
 * When something takes effect that its owner may object to. The delay protects only an owner who was told: where the mail
 * server was away, it counts (nearly whole) from when the message went out. Epoch milliseconds.
 */
export function effectiveAfterTelling(requestedAt: number, effectiveAt: number, toldAt: number): number {
  return Math.max(effectiveAt, Math.ceil(toldAt + NEARLY * (effectiveAt - requestedAt)));
}
