import { addEnrolled } from '../support/enrolled.js';
import type { Person } from '../support/people.js';
import { BackchannelApplication, cibaClients } from '../support/ciba.js';
import { Device, DEVICE_CLIENTS } from '../support/device.js';
import type { Tour } from './tour.js';

const withoutHead = (file: string) =>
  file.replace(/^\s*clients:\n?/, '\n').replace(/\n {2}- client_id: web[^]*/, '\n');

/** What is added to a clients file so that this walk can be made: a device, and applications that ask for approvals. */
export const OTHER_DEVICE_CLIENTS = [DEVICE_CLIENTS, cibaClients('https://calls.example/ping')]
  .map(withoutHead)
  .join('')
  .replaceAll('client_id: bank', 'client_id: bank-by-phone');

/** Somebody who answers for another device: one that shows a code, and applications that wait in the account centre. */
export async function otherDevicePages(
  { stage: { server }, window, visit }: Tour,
  person: Person,
): Promise<void> {
  await addEnrolled(server, person);
  const television = new Device(server, 'tv');
  await television.start({ scope: 'openid email offline_access' });
  await window.open('/device');
  await visit('device-code');
  await window.submit({ code: 'BBBB-BBBB' });
  await visit('device-code-unknown');
  await window.open(`/device?user_code=${television.userCode}`);
  await visit('device-code-given');
  await window.press('submit');
  await visit('device-confirm');
  await window.press('cancel');
  await visit('device-refused');

  await television.start({ scope: 'openid email offline_access' });
  await window.open('/dashboard/approvals');
  await window.signIn(person);
  server.clock.advance(30_000);
  await window.submit({ code: person.authenticator!.code(server.clock.now()) });
  await visit('approvals-none');
  await window.open(`/device?user_code=${television.userCode}`);
  await window.press('submit');
  await window.press('submit');
  await visit('device-consent');
  await window.press('submit');
  await visit('device-connected');

  await new BackchannelApplication(server, 'till').ask(person.username, { binding_message: 'Till 7: W4SCT' });
  await new BackchannelApplication(server, 'post').ask(person.username, { scope: 'openid' });
  await window.open('/dashboard');
  await visit('overview-approvals');
  await window.press('see-approvals');
  await visit('approvals');
  await window.press('approve-1');
  await visit('approvals-approved');
  await window.press('refuse-0');
  await visit('approvals-refused');
}
