/** The words of each step: what it is called, how it stands, and what its button says. */
export const STEP_TEXTS = {
  address: {
    heading: 'admin.first-steps.address.heading',
    same: 'admin.first-steps.address.same',
    local: 'admin.first-steps.address.local',
    host: 'admin.first-steps.address.host',
    scheme: 'admin.first-steps.address.scheme',
    port: 'admin.first-steps.address.port',
    unknown: 'admin.first-steps.address.unknown',
  },
  mail: {
    heading: 'admin.first-steps.mail.heading',
    action: 'admin.first-steps.mail.action',
    off: 'admin.first-steps.mail.off',
    open: 'admin.first-steps.mail.open',
    failed: 'admin.first-steps.mail.failed',
    done: 'admin.first-steps.mail.done',
  },
  client: {
    heading: 'admin.first-steps.client.heading',
    action: 'admin.first-steps.client.action',
    open: 'admin.first-steps.client.open',
    done: 'admin.first-steps.client.done',
  },
  test: {
    heading: 'admin.first-steps.test.heading',
    action: 'admin.first-steps.test.action',
    off: 'admin.first-steps.test.off',
    open: 'admin.first-steps.test.open',
    done: 'admin.first-steps.test.done',
  },
  people: {
    heading: 'admin.first-steps.people.heading',
    action: 'admin.first-steps.people.action',
    open: 'admin.first-steps.people.open',
    done: 'admin.first-steps.people.done',
  },
} as const;
