import { describe, expect, it } from '@jest/globals';
import sharp from 'sharp';
import { ManagedClients } from '../../src/admin/clients/managed-clients.service.js';
import { newClient } from '../support/open-forms.clients.js';
import { signInAs } from './console-tour.js';
import { Stage } from './stage.js';

describe('the preview of an application', () => {
  const stage = Stage.inThisBlock();

  it.each([
    ['phone', true],
    ['phone', false],
    ['desktop', true],
    ['desktop', false],
  ] as const)(
    'on a %s, with JavaScript: %s, has colour and logo, and saves nothing',
    async (device, javaScript) => {
      const window = await stage.chromium.window({ device, javaScript });
      await signInAs('operator', { stage, window, visit: () => Promise.resolve() });
      const id = await newClient(stage.server);
      const { page } = window;
      const colorOf = async (scheme: 'light' | 'dark') => {
        await page.emulateMedia({ colorScheme: scheme });
        return page.evaluate<string>(
          "getComputedStyle(document.querySelector('#previewed .button')).backgroundColor",
        );
      };
      await window.open(`/admin/clients/${id}/edit`);
      await window.type('client_name', 'The Wiki');
      await window.type('brand_color', '#5b2a86');
      await window.press('preview');
      expect(await page.locator('#previewed').innerText()).toContain('The Wiki');
      expect(await colorOf('light')).toBe('rgb(91, 42, 134)');
      expect(await colorOf('dark')).not.toBe('rgb(91, 42, 134)');
      expect(await page.locator('#brand_color').inputValue()).toBe('#5b2a86');

      await window.open(`/admin/clients/${id}/logo`);
      const picture = sharp({ create: { width: 120, height: 90, channels: 3, background: '#d08030' } });
      const buffer = await picture.png().toBuffer();
      await page.locator('#picture').setInputFiles({ name: 'sign.png', mimeType: 'image/png', buffer });
      await window.press('preview');
      const width = "document.querySelector('#previewed img').naturalWidth";
      expect(await page.evaluate<number>(width)).toBe(96);
      const clients = stage.server.app.get(ManagedClients);
      expect(await clients.find(id)).toMatchObject({ version: 1, logo: undefined, name: id });
      await window.press('use-drawn');
      expect((await clients.find(id))!.logo).toMatch(/^data:image\/webp/);
      expect(window.complaints).toEqual([]);
      expect(window.foreignRequests).toEqual([]);
      await page.close();
    },
    60_000,
  );
});
