export declare function fillIn(
  issuer: string,
  person: { readonly username: string; readonly password: string },
): Promise<void>;
