export interface Task {
  readonly task: string;
  readonly match?: string;
  readonly optional?: boolean;
  readonly commands?: readonly (readonly (string | number)[])[];
}
export interface Way {
  readonly match: string;
  readonly tasks: readonly Task[];
}
type Person = { readonly username: string; readonly password: string };
export declare function usualWay(issuer: string, person: Person): Way[];
export declare function otherWays(
  issuer: string,
  person: Person,
): Record<string, { readonly browser: Way[] }>;
