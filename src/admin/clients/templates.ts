import { DEVICE_GRANT } from '../../clients/client.fields.js';
import type { ClientFields } from '../../clients/client-draft.js';

export interface Template {
  readonly name: string;
  /** Messages. */
  readonly label: string;
  readonly lead: string;
  readonly icon: string;
  readonly fields: ClientFields;
}

/** What kinds of clients there are: each begins with what is right for its kind. */
export const TEMPLATES: readonly Template[] = [
  {
    name: 'web',
    label: 'admin.clients.template.web',
    lead: 'admin.clients.template.web-lead',
    icon: 'computer',
    fields: {},
  },
  {
    name: 'single-page',
    label: 'admin.clients.template.single-page',
    lead: 'admin.clients.template.single-page-lead',
    icon: 'applications',
    fields: { token_endpoint_auth_method: 'none' },
  },
  {
    name: 'native',
    label: 'admin.clients.template.native',
    lead: 'admin.clients.template.native-lead',
    icon: 'phone',
    fields: { application_type: 'native', token_endpoint_auth_method: 'none' },
  },
  {
    name: 'device',
    label: 'admin.clients.template.device',
    lead: 'admin.clients.template.device-lead',
    icon: 'devices',
    fields: { token_endpoint_auth_method: 'none', grant_types: ['refresh_token', DEVICE_GRANT] },
  },
  {
    name: 'machine',
    label: 'admin.clients.template.machine',
    lead: 'admin.clients.template.machine-lead',
    icon: 'sessions',
    fields: { grant_types: ['client_credentials'] },
  },
  {
    name: 'api',
    label: 'admin.clients.template.api',
    lead: 'admin.clients.template.api-lead',
    icon: 'export',
    fields: { grant_types: [] },
  },
];
