import type { Role } from '../../users/operators.service.js';

export interface Section {
  readonly name: string;
  readonly path: string;
  /** Messages: its name, and for the first page what it is for. */
  readonly label: string;
  readonly lead: string;
  /** A picture of views/partials/icon.hbs. */
  readonly icon: string;
  readonly roles: readonly Role[];
}

const OPERATOR: readonly Role[] = ['operator'];
const BOTH: readonly Role[] = ['operator', 'help-desk'];

/** The operators' pages in the order of their navigation. Who may open one is decided by its own marker, never here. */
const SECTIONS: readonly Section[] = [
  {
    name: 'first-steps',
    path: '/admin',
    label: 'console.first-steps',
    lead: 'console.first-steps',
    icon: 'overview',
    roles: BOTH,
  },
  {
    name: 'users',
    path: '/admin/users',
    label: 'console.users',
    lead: 'console.lead.users',
    icon: 'users',
    roles: BOTH,
  },
  {
    name: 'clients',
    path: '/admin/clients',
    label: 'console.clients',
    lead: 'console.lead.clients',
    icon: 'applications',
    roles: OPERATOR,
  },
  {
    name: 'claims',
    path: '/admin/claims',
    label: 'account.claims',
    lead: 'console.lead.claims',
    icon: 'claims',
    roles: OPERATOR,
  },
  {
    name: 'groups',
    path: '/admin/groups',
    label: 'console.groups',
    lead: 'console.lead.groups',
    icon: 'groups',
    roles: OPERATOR,
  },
  {
    name: 'apis',
    path: '/admin/apis',
    label: 'console.apis',
    lead: 'console.lead.apis',
    icon: 'apis',
    roles: OPERATOR,
  },
  {
    name: 'keys',
    path: '/admin/keys',
    label: 'console.keys',
    lead: 'console.lead.keys',
    icon: 'password',
    roles: OPERATOR,
  },
  {
    name: 'mail',
    path: '/admin/mail',
    label: 'console.mail',
    lead: 'console.lead.mail',
    icon: 'email',
    roles: OPERATOR,
  },
  {
    name: 'audit',
    path: '/admin/audit',
    label: 'console.audit',
    lead: 'console.lead.audit',
    icon: 'activity',
    roles: OPERATOR,
  },
  {
    name: 'branding',
    path: '/admin/branding',
    label: 'admin.settings.branding.title',
    lead: 'console.lead.branding',
    icon: 'branding',
    roles: OPERATOR,
  },
  {
    name: 'settings',
    path: '/admin/settings',
    label: 'admin.settings.list.title',
    lead: 'console.lead.settings',
    icon: 'settings',
    roles: OPERATOR,
  },
];

export function sectionsFor(role: Role): readonly Section[] {
  return SECTIONS.filter(({ roles }) => roles.includes(role));
}
