import { errors } from 'oidc-provider';

/** An error that does not look for the place in the program where it was made: that takes longer than a query. */
class Stackless extends Error {
  constructor(message?: string, options?: ErrorOptions) {
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(message, options);
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/**
 * For each token that is shown the library makes three refusals, before it knows whether it will need one. What a refusal
 * says is enough for whoever reads it; failures of the program keep their stack.
 */
export function refuseWithoutStack(): void {
  const { OIDCProviderError } = errors;
  if (OIDCProviderError.prototype instanceof Stackless) return;
  Object.setPrototypeOf(OIDCProviderError, Stackless);
  Object.setPrototypeOf(OIDCProviderError.prototype, Stackless.prototype);
  // The library asks for a stack a second time.
  const capture = Error.captureStackTrace.bind(Error);
  Error.captureStackTrace = (error, after) => {
    if (!(error instanceof Stackless)) capture(error, after);
  };
}
