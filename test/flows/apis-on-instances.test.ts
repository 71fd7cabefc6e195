import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SHELL } from '../../src/admin/actor.js';
import { ManagedApis } from '../../src/admin/apis/managed-apis.service.js';
import { fieldsOn } from '../support/browser.js';
import { Instances } from '../support/instances.js';
import { operatorOn } from '../support/open-forms.operators.js';
import { newMachine } from '../support/operator-apis.js';
import type { Application } from '../support/application.js';

const ORDERS = 'https://orders.example.org/';

/** An API that is made on one instance's page is one on every other at the next request. */
describe('an API that an operator makes, on two instances', () => {
  let instances: Instances;
  let meter: Application;
  beforeAll(async () => {
    instances = await Instances.start(2);
    const { browser } = await operatorOn(instances.first, '/admin/apis/new');
    await browser.press('submit', {
      ...fieldsOn(browser),
      identifier: ORDERS,
      scopes: 'orders:read\norders:write',
    });
    expect(browser.page.text).toContain('The API is there.');
    meter = await newMachine(instances.first, 'meter', [ORDERS], { scope: 'orders:read' });
  });
  afterAll(() => instances.stop());

  /** What each instance says to the same request for a token. */
  const answers = (scope: string) =>
    Promise.all(
      instances.all.map(async ({ address }) => {
        const response = await fetch(`${address}/oidc/token`, {
          method: 'POST',
          headers: {
            Authorization: `Basic ${Buffer.from(`meter:${encodeURIComponent(meter.secret)}`).toString('base64')}`,
          },
          body: new URLSearchParams({ grant_type: 'client_credentials', resource: ORDERS, scope }),
        });
        const body = (await response.json()) as Record<string, unknown>;
        return body['error'] ?? body['scope'];
      }),
    );

  it('gives tokens on both at once, for as much as the application may', async () => {
    expect(await answers('orders:read')).toEqual(['orders:read', 'orders:read']);
    expect(await answers('orders:write')).toEqual(['invalid_scope', 'invalid_scope']);
  });

  it('is another one on both when the second has changed it, and on neither when it has removed it', async () => {
    const apis = instances.others[0]!.app.get(ManagedApis);
    const { version } = (await apis.find(ORDERS))!;
    await apis.update(SHELL, ORDERS, version, { scopes: ['orders:write'] });
    // What it may ask for is no scope of the API any more.
    expect(await answers('orders:write')).toEqual(['invalid_scope', 'invalid_scope']);
    expect(await answers('')).toEqual([undefined, undefined]);
    await apis.remove(SHELL, ORDERS);
    expect(await answers('')).toEqual(['invalid_target', 'invalid_target']);
  });
});
