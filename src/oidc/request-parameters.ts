/** The parameters of an authorization request that we read; the provider has checked them. */
export interface RequestParameters {
  readonly client_id: string;
  /** None where the answer is fetched by a device. */
  readonly redirect_uri?: string;
  readonly scope?: string;
  readonly max_age?: number;
  readonly login_hint?: string;
  readonly ui_locales?: string;
  readonly id_token_hint?: string;
  readonly acr_values?: string;
  readonly prompt?: string;
  readonly claims?: string;
  readonly resource?: string | string[];
  readonly authorization_details?: string;
}
