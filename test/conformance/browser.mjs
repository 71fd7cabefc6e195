/**
 * What the suite's browser does on our pages: a list of commands for each address it is sent to. The pages are plain forms
 * with the ids `username`, `password`, `code`, `submit` and `cancel`; see docs/conformance.md for the commands themselves.
 */

/** The pages, by path. A browser that is signed in already sees neither. */
const SIGN_IN = '*/interaction/*/password*';
const CONSENT = '*/interaction/*/consent*';

const SECONDS = 10;

const shown = (text, optional = false) => [
  'wait',
  'xpath',
  '//*',
  SECONDS,
  text,
  optional ? 'update-image-placeholder-optional' : 'update-image-placeholder',
];

function signIn(person, ...first) {
  return {
    task: 'Sign in',
    match: SIGN_IN,
    optional: true,
    commands: [
      ...first,
      ['text', 'id', 'username', person.username],
      ['text', 'id', 'password', person.password],
      ['click', 'id', 'submit'],
    ],
  };
}

const consent = { task: 'Consent', match: CONSENT, optional: true, commands: [['click', 'id', 'submit']] };
const arrived = {
  task: 'Back at the application',
  match: '*/test/*/callback*',
  commands: [['wait', 'id', 'submission_complete', SECONDS]],
};
const signOut = { task: 'Sign out', match: '*/oidc/session/end*', commands: [['click', 'id', 'submit']] };

/** The whole way, for every module that is not named below. */
export function usualWay(issuer, person) {
  return [
    { match: `${issuer}/oidc/auth*`, tasks: [signIn(person), consent, arrived] },
    {
      match: `${issuer}/oidc/session/end*`,
      tasks: [signOut, { task: 'Back at the application', match: '*/test/*/post_logout_redirect*' }],
    },
  ];
}

/** Modules that end on one of our pages, or want to see one: what the page says, as a regular expression. */
export function otherWays(issuer, person) {
  const [authorization] = usualWay(issuer, person);
  const authorizationEndsWith = (text) => [
    { match: authorization.match, tasks: [{ task: 'The error is shown', commands: [shown(text)] }] },
  ];
  const signInShows = (text) => [
    {
      match: authorization.match,
      tasks: [{ task: 'The sign-in is shown', match: SIGN_IN, commands: [shown(text)] }],
    },
  ];
  const signsInAgain = [
    { match: authorization.match, tasks: [signIn(person, shown('Sign in', true)), consent, arrived] },
  ];
  const signOutRefused = (text) => [
    authorization,
    {
      match: `${issuer}/oidc/session/end*`,
      tasks: [{ task: 'The error is shown', commands: [shown(text)] }],
    },
  ];
  const signOutEndsHere = [
    authorization,
    {
      match: `${issuer}/oidc/session/end*`,
      tasks: [signOut, { task: 'Signed out', commands: [shown('You are signed out')] }],
    },
  ];
  const badRedirect = authorizationEndsWith('error: invalid_redirect_uri');
  const ways = {
    'oidcc-prompt-login': signsInAgain,
    'oidcc-max-age-1': signsInAgain,
    'oidcc-ensure-registered-redirect-uri': badRedirect,
    'oidcc-redirect-uri-query-added': badRedirect,
    'oidcc-redirect-uri-query-mismatch': badRedirect,
    'oidcc-ensure-redirect-uri-in-authorization-request': authorizationEndsWith('error: invalid_request'),
    'oidcc-registration-logo-uri': signInShows('Sign in'),
    'oidcc-registration-policy-uri': signInShows('Privacy policy'),
    'oidcc-registration-tos-uri': signInShows('Terms'),
    'oidcc-rp-initiated-logout-bad-post-logout-redirect-uri': signOutRefused('error: invalid_request'),
    'oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri':
      signOutRefused('error: invalid_request'),
    'oidcc-rp-initiated-logout-modified-id-token-hint': signOutRefused('error: invalid_request'),
    'oidcc-rp-initiated-logout-bad-id-token-hint': signOutRefused('error: invalid_request'),
    'oidcc-rp-initiated-logout-no-id-token-hint': signOutRefused('Sign out\\?'),
    'oidcc-rp-initiated-logout-no-params': signOutEndsHere,
    'oidcc-rp-initiated-logout-no-post-logout-redirect-uri': signOutEndsHere,
    'oidcc-rp-initiated-logout-only-state': signOutEndsHere,
    'fapi2-security-profile-final-user-rejects-authentication': [
      {
        match: authorization.match,
        tasks: [{ task: 'Cancel', match: '*/interaction/*', commands: [['click', 'id', 'cancel']] }, arrived],
      },
    ],
  };
  return Object.fromEntries(Object.entries(ways).map(([module, browser]) => [module, { browser }]));
}
