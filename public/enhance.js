// Makes pages that work without it a little more comfortable. Every text comes from the page, in its language.

for (const control of document.querySelectorAll('.control[data-show]')) addReveal(control);
for (const input of document.querySelectorAll('input[data-min-length]')) addLength(input);
for (const button of document.querySelectorAll('button[data-copy]')) enableCopy(button);
for (const button of document.querySelectorAll('button[data-print]')) {
  button.hidden = false;
  button.addEventListener('click', () => window.print());
}
for (const form of document.forms) guardAgainstSecondSubmit(form);
for (const time of document.querySelectorAll('time[datetime]:not([data-zone])')) showLocally(time);
for (const select of document.querySelectorAll('select[data-suggest-zone]')) suggestZone(select);

/** A button in the password field that shows what was typed. */
function addReveal(control) {
  const { show, showLabel, hide, hideLabel } = control.dataset;
  const input = control.querySelector('input');
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'reveal';
  button.setAttribute('aria-controls', input.id);
  const set = (visible) => {
    input.type = visible ? 'text' : 'password';
    button.textContent = visible ? hide : show;
    button.setAttribute('aria-label', visible ? hideLabel : showLabel);
  };
  set(false);
  button.addEventListener('click', () => set(input.type === 'password'));
  // Browsers offer to save a password only from a password field.
  input.form.addEventListener('submit', () => set(false));
  control.append(button);
}

/** How long a new password is by now, and no more: whether it is easy to guess only the server can tell. */
function addLength(input) {
  const { minLength, lengthShort, lengthEnough } = input.dataset;
  const seen = document.createElement('p');
  seen.className = 'length';
  seen.hidden = true;
  seen.setAttribute('aria-hidden', 'true');
  const heard = document.createElement('p');
  heard.className = 'unseen';
  heard.setAttribute('role', 'status');
  input.closest('.field').append(seen, heard);

  let pause;
  input.addEventListener('input', () => {
    // Counted as the server counts: characters, not code units.
    const length = [...input.value.normalize('NFKC')].length;
    const enough = length >= Number(minLength);
    seen.textContent = (enough ? lengthEnough : lengthShort).replace('{length}', String(length));
    seen.classList.toggle('enough', enough);
    seen.hidden = length === 0;
    // Spoken when the typing rests, not at every key.
    clearTimeout(pause);
    pause = setTimeout(() => (heard.textContent = length ? seen.textContent : ''), 1000);
  });
}

/** Copies the items of a list, one a line. */
function enableCopy(button) {
  if (!navigator.clipboard) return;
  button.hidden = false;
  const status = document.getElementById('copy-status');
  button.addEventListener('click', async () => {
    const items = document.querySelectorAll(`#${button.dataset.copy} li`);
    const text = Array.from(items, (item) => item.textContent.trim()).join('\n');
    try {
      await navigator.clipboard.writeText(`${text}\n`);
      status.textContent = button.dataset.copied;
    } catch {
      status.textContent = button.dataset.copyFailed;
    }
  });
}

/** A second press sends nothing. The button comes back when the page does, or when the answer stays away. */
function guardAgainstSecondSubmit(form) {
  let sent = false;
  let patience;
  const buttons = () => form.querySelectorAll('button[type="submit"]');
  const release = () => {
    clearTimeout(patience);
    sent = false;
    for (const button of buttons()) button.disabled = false;
  };
  form.addEventListener('submit', (event) => {
    if (sent) return event.preventDefault();
    sent = true;
    // After the form has been read: a disabled button's name and value would not be sent.
    setTimeout(() => {
      if (sent) for (const button of buttons()) button.disabled = true;
    });
    patience = setTimeout(release, 10_000);
  });
  window.addEventListener('pageshow', release);
}

/** A moment on the clock of the reader's machine, where they chose no time zone. */
function showLocally(time) {
  const format = new Intl.DateTimeFormat(document.documentElement.lang, {
    dateStyle: 'medium',
    timeStyle: 'short',
  });
  time.textContent = format.format(new Date(time.dateTime));
}

/** The machine's own time zone, chosen beforehand; it counts only once the form is sent, and a line says so. */
function suggestZone(select) {
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
  if (select.value !== '' || ![...select.options].some(({ value }) => value === timeZone)) return;
  select.value = timeZone;
  document.getElementById(select.dataset.suggestZone).textContent = select.dataset.suggested;
}
