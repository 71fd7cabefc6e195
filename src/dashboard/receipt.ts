import type { ClientFace } from '../clients/clients.service.js';
import type { NoticeState, ReceiptLine } from '../oidc/sessions/logout-notices.service.js';

/** What became of telling one application, whatever the number of sessions it had. */
export interface ReceiptEntry {
  readonly client: ClientFace;
  readonly state: NoticeState | 'first-try';
  readonly nextTryAt: Date | undefined;
  /** Until then a token that it holds may count; undefined: none does, or it was told to let it go. */
  readonly tokenUntil: Date | undefined;
}

/** What is worst for the person comes first: of several notices to one application it is what counts. */
const WORST_FIRST: readonly NoticeState[] = ['failed', 'cannot', 'waiting', 'told'];

/** A receipt, an entry for each application, by name. */
export function entriesOf(lines: readonly ReceiptLine[]): ReceiptEntry[] {
  const byClient = new Map<string, ReceiptLine[]>();
  for (const line of lines) byClient.set(line.client.id, [...(byClient.get(line.client.id) ?? []), line]);
  return [...byClient.values()].map(entryOf).sort((a, b) => a.client.name.localeCompare(b.client.name));
}

function entryOf(lines: ReceiptLine[]): ReceiptEntry {
  const state = WORST_FIRST.find((each) => lines.some((line) => line.state === each))!;
  const open = lines.filter((line) => line.state !== 'told');
  const tries = open.filter(({ nextTryAt, tries: made }) => nextTryAt !== null && made > 0);
  return {
    client: lines[0]!.client,
    state: state === 'waiting' && tries.length === 0 ? 'first-try' : state,
    nextTryAt: earliest(tries.map(({ nextTryAt }) => nextTryAt!)),
    tokenUntil: latest(open.flatMap(({ tokenUntil }) => tokenUntil ?? [])),
  };
}

const earliest = (times: number[]) => (times.length > 0 ? new Date(Math.min(...times)) : undefined);
const latest = (times: number[]) => (times.length > 0 ? new Date(Math.max(...times)) : undefined);
