/** A file of which nothing is imported. The reason is stable, for scripts. */
export class ImportFailure extends Error {
  constructor(
    readonly reason:
      | 'no-file'
      | 'cannot-read'
      | 'file-too-large'
      | 'other-format'
      | 'several-realms'
      | 'second-factors-unknown'
      | 'no-account-table'
      | 'unknown-second-factor'
      | 'file-exists'
      | 'cannot-write',
    readonly says: string,
  ) {
    super(says);
  }
}
