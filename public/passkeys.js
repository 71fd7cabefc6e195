// Asks the browser for a passkey and sends what it answers with the page's own form. Every text comes from the page.
//
//   <form data-passkey="get|create" data-options='{…}' [data-conditional]>
//     <input type="hidden" name="credential">
//     <p data-passkey-failed hidden>…</p> <p data-passkey-unsupported hidden>…</p>
//     <button type="submit" hidden>…</button>

for (const form of document.querySelectorAll('form[data-passkey]')) {
  if (window.PublicKeyCredential && navigator.credentials) enablePasskey(form);
  else reveal(form, 'unsupported');
}

function enablePasskey(form) {
  const { passkey: kind, options: optionsJson } = form.dataset;
  const field = form.querySelector('input[name="credential"]');
  const button = form.querySelector('button');
  let waiting;
  let asking = false;

  /** A second request of the same page is refused as long as the first one stands. */
  const begin = () => {
    waiting?.abort();
    waiting = new AbortController();
    return waiting.signal;
  };
  const send = (credential) => {
    field.value = JSON.stringify(asJson(credential));
    form.requestSubmit();
  };

  async function ask() {
    if (asking) return;
    asking = true;
    for (const what of ['failed', 'known', 'unsupported']) hide(form, what);
    try {
      const publicKey = parsed(kind, optionsJson);
      send(await navigator.credentials[kind]({ publicKey, signal: begin() }));
    } catch (error) {
      const known = error.name === 'InvalidStateError' && reveal(form, 'known');
      if (!known) reveal(form, 'failed');
      offerInFields();
    } finally {
      asking = false;
    }
  }

  /** Passkeys among the browser's suggestions in the user name's field. Whatever goes wrong there, nobody has asked for it. */
  async function offerInFields() {
    if (kind !== 'get' || form.dataset.conditional === undefined) return;
    try {
      if (!(await PublicKeyCredential.isConditionalMediationAvailable?.()) || asking) return;
      const signal = begin();
      const publicKey = parsed(kind, optionsJson);
      const credential = await navigator.credentials.get({ publicKey, signal, mediation: 'conditional' });
      if (credential && !signal.aborted) send(credential);
    } catch {
      // Cancelled, or taken over by the button.
    }
  }

  // Before the guard against a second submit (enhance.js) counts it: without an answer there is nothing to send yet.
  form.addEventListener(
    'submit',
    (event) => {
      if (field.value) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      ask();
    },
    { capture: true },
  );
  if (button.type === 'button') button.addEventListener('click', ask);
  // A page that comes back has been answered already, or its browser has filled the old answer in again.
  field.value = '';
  window.addEventListener('pageshow', () => (field.value = ''));
  button.hidden = false;
  renewWhenOld(JSON.parse(optionsJson).timeout);
  offerInFields();
}

/** The server does not take an answer for ever. Who comes back to a page that has stood open gets a new one. */
function renewWhenOld(lifetime) {
  if (!lifetime) return;
  const shown = Date.now();
  const untouched = () =>
    Array.from(document.querySelectorAll('input:not([type="hidden"])')).every(
      (input) => input.value === input.defaultValue && input.checked === input.defaultChecked,
    );
  document.addEventListener('visibilitychange', () => {
    const old = Date.now() - shown > lifetime * 0.9;
    if (old && !document.hidden && untouched()) window.location.replace(window.location.href);
  });
}

function reveal(form, what) {
  const element = form.querySelector(`[data-passkey-${what}]`);
  if (element) element.hidden = false;
  return Boolean(element);
}

function hide(form, what) {
  const element = form.querySelector(`[data-passkey-${what}]`);
  if (element) element.hidden = true;
}

/** The options as the browser wants them; older ones have to be helped. */
function parsed(kind, optionsJson) {
  const options = JSON.parse(optionsJson);
  const parser = kind === 'get' ? 'parseRequestOptionsFromJSON' : 'parseCreationOptionsFromJSON';
  if (PublicKeyCredential[parser]) return PublicKeyCredential[parser](options);
  const descriptor = (each) => ({ ...each, id: bytes(each.id) });
  const result = { ...options, challenge: bytes(options.challenge) };
  if (options.user) result.user = { ...options.user, id: bytes(options.user.id) };
  if (options.allowCredentials) result.allowCredentials = options.allowCredentials.map(descriptor);
  if (options.excludeCredentials) result.excludeCredentials = options.excludeCredentials.map(descriptor);
  return result;
}

/** The answer as JSON. Password managers hand objects over whose toJSON does not work. */
function asJson(credential) {
  try {
    return credential.toJSON();
  } catch {
    const { response } = credential;
    const fields = {};
    for (const name of [
      'clientDataJSON',
      'attestationObject',
      'authenticatorData',
      'signature',
      'userHandle',
    ]) {
      if (response[name]) fields[name] = text(response[name]);
    }
    if (response.getTransports) fields.transports = response.getTransports();
    const { id, type } = credential;
    return { id, rawId: id, type, response: fields, clientExtensionResults: {} };
  }
}

function bytes(base64url) {
  const binary = atob(base64url.replace(/-/g, '+').replace(/_/g, '/'));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

function text(buffer) {
  const binary = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(binary).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
}
