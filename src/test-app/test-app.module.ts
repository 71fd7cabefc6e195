import { Module } from '@nestjs/common';
import { HttpModule } from '../http/http.module.js';
import { TestAppController } from './test-app.controller.js';
import { TestAppClient } from './test-app.client.js';

/** Owns an ordinary relying application inside the server. It knows of the provider only what discovery says. */
@Module({ imports: [HttpModule], controllers: [TestAppController], providers: [TestAppClient] })
export class TestAppModule {}
