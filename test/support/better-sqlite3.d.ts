/** The driver of MikroORM's, as far as the tests look at it; it brings no types. */
declare module 'better-sqlite3' {
  export default class Database {}
}
