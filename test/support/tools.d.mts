/** Paths of the programs that some tests need beside Node. */
export function availableTools(): Record<
  | 'postgresql'
  | 'chromium'
  | 'oathtool'
  | 'zbarimg'
  | 'apache2'
  | 'mod_auth_openidc'
  | 'oidc-agent'
  | 'haproxy',
  string | undefined
>;
export function reportMissing(): void;
