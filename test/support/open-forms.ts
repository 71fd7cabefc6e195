import { ACCOUNT_FORMS } from './open-forms.account.js';
import { API_FORMS } from './open-forms.apis.js';
import { APPROVAL_FORMS } from './open-forms.approvals.js';
import { CLIENT_FORMS } from './open-forms.clients.js';
import { LINK_FORMS } from './open-forms.links.js';
import { OPERATOR_FORMS } from './open-forms.operators.js';
import { RECORDS_FORMS } from './open-forms.records.js';
import { SIGN_IN_FORMS } from './open-forms.sign-in.js';

/** Every form of our pages, by the route it is sent to. */
export const OPEN_FORMS = {
  ...SIGN_IN_FORMS,
  ...LINK_FORMS,
  ...ACCOUNT_FORMS,
  ...APPROVAL_FORMS,
  ...OPERATOR_FORMS,
  ...RECORDS_FORMS,
  ...CLIENT_FORMS,
  ...API_FORMS,
};
