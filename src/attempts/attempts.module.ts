import { Module } from '@nestjs/common';
import { HttpModule } from '../http/http.module.js';
import { KnownBrowsers } from './known-browsers.js';
import { Throttle } from './throttle.service.js';

/** Owns how many checks a factor gets. It does not check anything itself. */
@Module({ imports: [HttpModule], providers: [Throttle, KnownBrowsers], exports: [Throttle, KnownBrowsers] })
export class AttemptsModule {}
