import { afterAll, beforeAll } from '@jest/globals';
import { TestMailbox } from '../support/mailbox.js';
import { TestServer } from '../support/server.js';
import { Chromium } from './chromium.js';
import { Callbacks, ListeningApplication } from './listening-application.js';

export interface StageOptions {
  /** Environment variables, as an operator would set them. */
  readonly env?: Record<string, string>;
  /** What is changed in the tests' clients file. */
  readonly clients?: (file: string) => string;
  /** Whether the server can send mail. */
  readonly mail?: boolean;
}

/** What a test file in Chromium needs: the server, applications that listen, and one browser. */
export class Stage {
  callbacks!: Callbacks;
  server!: TestServer;
  chromium!: Chromium;
  /** Where the mail arrives; nothing does unless the stage was asked for with `mail`. */
  mailbox!: TestMailbox;

  /** Set up before, and torn down after, the tests of the `describe` it is called in. */
  static inThisBlock({ env = {}, clients = (file) => file, mail = false }: StageOptions = {}): Stage {
    const stage = new Stage();
    beforeAll(async () => {
      stage.callbacks = await Callbacks.listen();
      stage.mailbox = await TestMailbox.start();
      stage.server = await TestServer.start({
        clients: clients(stage.callbacks.clients),
        env: { ...(mail ? { SMTP_URL: stage.mailbox.url } : {}), ...env },
      });
      stage.chromium = await Chromium.launch(stage.server);
    });
    afterAll(async () => {
      await stage.chromium.close();
      await stage.server.stop();
      await stage.mailbox.stop();
      await stage.callbacks.close();
    });
    return stage;
  }

  application(clientId: ListeningApplication['clientId']): ListeningApplication {
    return new ListeningApplication(this.server, clientId, this.callbacks);
  }
}
