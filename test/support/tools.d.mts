/** Paths of the programs that some tests need beside Node. */
export function availableTools(): Record<
  'postgresql' | 'chromium' | 'oathtool' | 'zbarimg',
  string | undefined
>;
export function reportMissing(): void;
