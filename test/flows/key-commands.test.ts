import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { KeyCommands } from '../../src/admin/commands/key-commands.js';
import { KeyRotation } from '../../src/keys/key-rotation.service.js';
import { KeyTable } from '../../src/keys/key-table.js';
import { idToken, kidOf } from '../support/id-token.js';
import { Instances } from '../support/instances.js';
import { publishedKids } from '../support/key-cache.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

describe('keys are changed by command', () => {
  let instances: Instances;
  beforeAll(async () => {
    instances = await Instances.start(1, { env: { GATEHOUSE_KEY_ROTATION: 'off' } });
  });
  afterAll(() => instances.stop());

  const run = async (command: 'keys' | 'rotate-keys' | 'rotate-keys-now') => {
    const { message } = await instances.first.app.get(KeyCommands).run(command, []);
    await instances.first.app.get(KeyRotation).turn();
    return message;
  };
  const states = async () => (await run('keys')).split('\n').map((line) => line.split('\t')[2]);
  const signing = async () => kidOf(await idToken(instances.first.app, 'notes', HOUR));

  it('which are listed with what each is there for', async () => {
    expect(await states()).toEqual(['signs', 'signs']);
    const old = await signing();
    expect(await run('rotate-keys')).toMatch(/^RS256: \S+ is published, and signs from .*\nES256: /);
    expect(await states()).toEqual(['published', 'signs', 'published', 'signs']);
    // Twice is once.
    expect(await run('rotate-keys')).toMatch(/^RS256: \S+ is published already, /);
    expect(await publishedKids(instances.first.url)).toHaveLength(4);

    instances.first.clock.advance(DAY);
    await instances.first.app.get(KeyRotation).turn();
    expect(await signing()).toBe(old);
    instances.first.clock.advance(2 * MINUTE);
    await instances.first.app.get(KeyRotation).turn();
    expect(await signing()).not.toBe(old);
    expect(await states()).toEqual(['signs', 'leaving', 'signs', 'leaving']);
  });

  it('in a hurry, with a warning: still published before they sign', async () => {
    instances.first.clock.advance(3 * DAY);
    const old = await signing();
    expect(await run('rotate-keys-now')).toMatch(/look again/);
    expect(await publishedKids(instances.first.url)).toHaveLength(4);
    expect(await signing()).toBe(old);
    instances.first.clock.advance(MINUTE);
    await instances.first.app.get(KeyRotation).turn();
    expect(await signing()).not.toBe(old);
  });

  it('or brings forward what is published already', async () => {
    instances.first.clock.advance(3 * DAY);
    await run('rotate-keys');
    const [, , coming] = await publishedKids(instances.first.url);
    await run('rotate-keys-now');
    expect(await publishedKids(instances.first.url)).toHaveLength(4);
    instances.first.clock.advance(MINUTE);
    await instances.first.app.get(KeyRotation).turn();
    expect(await signing()).toBe(coming);
  });
});

describe('five instances', () => {
  let instances: Instances;
  beforeAll(async () => {
    instances = await Instances.start(5);
  }, 60_000);
  afterAll(() => instances.stop());

  it('that find at the same moment that a key is due make one, and all publish it before any signs with it', async () => {
    const { first, all } = instances;
    const old = kidOf(await idToken(first.app, 'notes', HOUR));
    first.clock.advance(90 * DAY);
    await Promise.all(all.map(({ app }) => app.get(KeyRotation).turn()));
    const rows = await first.app.get(KeyTable).all();
    expect(
      rows
        .filter(({ alg }) => alg === 'RS256')
        .map(({ generation }) => generation)
        .sort(),
    ).toEqual([1, 2]);
    expect(rows).toHaveLength(4);

    await Promise.all(all.map(({ app }) => app.get(KeyRotation).turn()));
    const lists = await Promise.all(all.map(({ address }) => publishedKids(address)));
    for (const list of lists) expect(list).toEqual(lists[0]);
    for (const { app } of all) expect(kidOf(await idToken(app, 'notes', HOUR))).toBe(old);
    first.clock.advance(DAY + MINUTE);
    await Promise.all(all.map(({ app }) => app.get(KeyRotation).turn()));
    const signed = await Promise.all(all.map(async ({ app }) => kidOf(await idToken(app, 'notes', HOUR))));
    expect(new Set(signed).size).toBe(1);
    expect(signed[0]).not.toBe(old);
  });

  it('that are killed after they have made a key leave it to the others', async () => {
    const { first, all } = instances;
    first.clock.advance(90 * DAY);
    // It writes the key, and is gone before it could tell anybody or publish it itself.
    await all[4]!.app.get(KeyTable).make('RS256', 3, first.clock.now().getTime() + DAY + MINUTE);
    await Promise.all(all.slice(0, 4).map(({ app }) => app.get(KeyRotation).turn()));
    await Promise.all(all.slice(0, 4).map(({ app }) => app.get(KeyRotation).turn()));
    const rows = await first.app.get(KeyTable).all();
    expect(rows.filter(({ alg, generation }) => alg === 'RS256' && generation > 2)).toHaveLength(1);
    const made = rows.find(({ alg, generation }) => alg === 'RS256' && generation === 3)!;
    for (const { address } of all.slice(0, 4)) expect(await publishedKids(address)).toContain(made.kid);
  });
});
