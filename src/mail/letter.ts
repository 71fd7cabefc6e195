/** A letter before it is written in anybody's language: its words stand in the catalogues under `mail.<name>.…`. */
export interface Letter {
  readonly name: string;
  /** Fills the `{placeholders}` of its words. A Date is written in the reader's language and time zone. */
  readonly params?: Readonly<Record<string, string | number | Date>>;
  /** What its button leads to. */
  readonly action?: string;
  /** When and from where it was done, where the reader should compare that with what they remember. */
  readonly happened?: { readonly at: Date; readonly browser: string; readonly address: string } | undefined;
  /** The link for "this wasn't me". */
  readonly notMe?: string;
}

/** A letter and whom it goes to. */
export interface Addressed {
  readonly to: string;
  readonly username: string;
  readonly locale: string | null | undefined;
  readonly timeZone: string | null | undefined;
  readonly letter: Letter;
}
