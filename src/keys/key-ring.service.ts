import { Injectable } from '@nestjs/common';
import { Config } from '../config/config.js';
import { Clock } from '../kernel/clock.js';
import { ALGORITHMS, publicHalf, type Jwk } from './algorithms.js';
import { KeyTable, type StoredKey } from './key-table.js';
import { keptFor, rolesOf, type Roles } from './schedule.js';
import { Witness } from './witness.js';

/** The keys of one moment. */
export interface KeySet {
  /** The private key of each algorithm that signs. */
  readonly signing: readonly Jwk[];
  /** Public halves: of those that sign, that will, and that did. Those that sign come first. */
  readonly published: readonly Jwk[];
}

type Follower = (keys: KeySet) => void;

/** The keys as this instance uses them: read from the table now and then, and handed to who follows when they change. */
@Injectable()
export class KeyRing {
  /** As they stood in the table when it was last read. */
  keys: readonly StoredKey[] = [];
  private readonly opened = new Map<string, { jwk: Jwk; half: Jwk }>();
  private readonly witness: Witness;
  private readonly followers: Follower[] = [];
  private current: { readonly names: string; readonly set: KeySet } | undefined;

  constructor(
    private readonly config: Config,
    private readonly table: KeyTable,
    private readonly clock: Clock,
  ) {
    this.witness = new Witness(clock);
  }

  /**
   * The keys for the start. The first of each algorithm signs at once: nobody knows another.
   * @throws ConfigurationMistakes when the master secret is not the one they were sealed with
   */
  async load(): Promise<KeySet> {
    const known = new Set((await this.table.all()).map(({ alg }) => alg));
    for (const alg of Object.keys(ALGORITHMS))
      if (!known.has(alg)) await this.table.make(alg, 1, this.clock.now().getTime());
    await this.refresh();
    return this.current!.set;
  }

  /** The public halves of those whose signature counts. */
  get published(): readonly Jwk[] {
    return this.current?.set.published ?? [];
  }

  /** Calls back now, and whenever another key is published or signs. */
  follow(follower: Follower): void {
    this.followers.push(follower);
    if (this.current) follower(this.current.set);
  }

  /** Reads the table again. What cannot be opened changes nothing: the keys that are known go on. */
  async refresh(): Promise<void> {
    const keys = await this.table.all();
    for (const key of keys) if (key.revokedAt === null && key.alg in ALGORITHMS) this.open(key);
    this.keys = keys;
    this.turn();
  }

  /** Time alone changes what a key is there for: this needs no database. */
  turn(): void {
    const all = this.roles();
    const signing = all.flatMap((roles) => (roles.signing ? [roles.signing] : []));
    for (const { kid } of signing) this.witness.signs(kid);
    const published = [...signing, ...all.flatMap(({ coming, leaving }) => [...coming, ...leaving])];
    const names = JSON.stringify([signing, published].map((keys) => keys.map(({ kid }) => kid)));
    if (names === this.current?.names) return;
    this.forgetAllBut(published);
    const set = {
      signing: signing.map((key) => this.open(key).jwk),
      published: published.map((key) => this.open(key).half),
    };
    this.current = { names, set };
    for (const follower of this.followers) follower(set);
  }

  /** What each key is there for, one algorithm after the other. */
  roles(): Roles<StoredKey>[] {
    const now = this.clock.now().getTime();
    const kept = keptFor(this.config.sessionLifetime);
    return Object.keys(ALGORITHMS).map((alg) =>
      rolesOf(
        this.keys.filter((key) => key.alg === alg),
        now,
        kept,
        this.witness,
      ),
    );
  }

  /** The same objects each time: whoever prepares a key for signing does it once. */
  private open(key: StoredKey): { jwk: Jwk; half: Jwk } {
    let entry = this.opened.get(key.kid);
    if (!entry) {
      const jwk = this.table.open(key);
      entry = { jwk, half: publicHalf(jwk) };
      this.opened.set(key.kid, entry);
    }
    return entry;
  }

  private forgetAllBut(keys: StoredKey[]): void {
    const kids = new Set(keys.map(({ kid }) => kid));
    for (const kid of this.opened.keys()) if (!kids.has(kid)) this.opened.delete(kid);
  }
}
