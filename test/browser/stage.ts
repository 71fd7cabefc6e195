import { afterAll, beforeAll } from '@jest/globals';
import { TestServer } from '../support/server.js';
import { Chromium } from './chromium.js';
import { Callbacks, ListeningApplication } from './listening-application.js';

/** What a test file in Chromium needs: the server, applications that listen, and one browser. */
export class Stage {
  callbacks!: Callbacks;
  server!: TestServer;
  chromium!: Chromium;

  /** Set up before, and torn down after, the tests of the `describe` it is called in. */
  static inThisBlock(): Stage {
    const stage = new Stage();
    beforeAll(async () => {
      stage.callbacks = await Callbacks.listen();
      stage.server = await TestServer.start({ clients: stage.callbacks.clients });
      stage.chromium = await Chromium.launch(stage.server);
    });
    afterAll(async () => {
      await stage.chromium.close();
      await stage.server.stop();
      await stage.callbacks.close();
    });
    return stage;
  }

  application(clientId: ListeningApplication['clientId']): ListeningApplication {
    return new ListeningApplication(this.server, clientId, this.callbacks);
  }
}
