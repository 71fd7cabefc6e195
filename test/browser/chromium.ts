import { chromium, type Browser, type BrowserContextOptions } from 'playwright-core';
import type { TestServer } from '../support/server.js';
import { availableTools } from '../support/tools.mjs';
import { Pointer, type Hands } from './hands.js';
import { Window } from './window.js';

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export const DEVICES = {
  phone: {
    viewport: { width: 390, height: 844 },
    userAgent:
      'Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36',
    deviceScaleFactor: 2,
    isMobile: true,
    hasTouch: true,
  },
  desktop: { viewport: { width: 1280, height: 800 } },
} satisfies Record<string, BrowserContextOptions>;
export type Device = keyof typeof DEVICES;

export interface WindowOptions {
  readonly device?: Device;
  readonly language?: 'en' | 'de';
  readonly javaScript?: boolean;
  readonly hands?: Hands;
  readonly timeZone?: string;
  /** Pixels of a picture for one of the page's; absent: the device's own. */
  readonly scale?: number;
}

/** One Chromium for a test file; each window of it has cookies of its own. */
export class Chromium {
  private constructor(
    private readonly browser: Browser,
    private readonly server: TestServer,
  ) {}

  static async launch(server: TestServer): Promise<Chromium> {
    const { chromium: executablePath } = availableTools();
    return new Chromium(await chromium.launch({ executablePath: executablePath!, args: FLAGS }), server);
  }

  async window({
    device = 'desktop',
    language = 'en',
    javaScript = true,
    hands = new Pointer(),
    timeZone = 'UTC',
    scale,
  }: WindowOptions = {}): Promise<Window> {
    const context = await this.browser.newContext({
      ...DEVICES[device],
      ...(scale ? { deviceScaleFactor: scale } : {}),
      locale: language,
      timezoneId: timeZone,
      javaScriptEnabled: javaScript,
      colorScheme: 'light',
      reducedMotion: 'reduce',
    });
    context.setDefaultTimeout(10_000);
    return new Window(await context.newPage(), this.server, hands);
  }

  close(): Promise<void> {
    return this.browser.close();
  }
}
