export interface Setup {
  readonly suites: readonly string[];
  readonly alias: string;
  readonly secrets: Readonly<Record<string, string>>;
  readonly keys?: Readonly<Record<string, object>>;
  readonly certificates?: readonly object[];
  readonly backchannelLogout?: string;
  readonly cibaNotification?: string;
}
export declare const PAIRS: readonly string[];
export declare const plainIds: readonly string[];
export declare const guardedIds: readonly string[];
export declare function clientsFile(setup: Setup): string;
export declare function twice(name: string): [string, string];
