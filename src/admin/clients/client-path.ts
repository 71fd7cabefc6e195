/** Words that stand for pages of their own where a client's id could stand. */
const TAKEN = ['new'];
const PLAIN = /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/;

/** A client's id as a part of an address: itself where that can do no harm, since an id can have anything in it that is seen. */
export function clientPath(id: string): string {
  return PLAIN.test(id) && !TAKEN.includes(id) ? id : `~${Buffer.from(id).toString('base64url')}`;
}

/** @returns the id that the part of an address stands for */
export function clientIdIn(part: string): string {
  return part.startsWith('~') ? Buffer.from(part.slice(1), 'base64url').toString() : part;
}
