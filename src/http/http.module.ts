import { Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { AccentController } from './accent.controller.js';
import { DeclaredAccessGuard } from './access.js';
import { BrowserIds } from './browser-id.js';
import { Cookies } from './cookies.js';
import { ErrorFilter } from './error.filter.js';
import { Languages } from './language.js';
import { LocaleController } from './locale.controller.js';
import { Pages } from './pages.js';
import { Views } from './views.js';

/** Owns how a page is answered: access markers, forms, languages, cookies, headers, errors. It knows no person and no session. */
@Module({
  controllers: [AccentController, LocaleController],
  providers: [
    BrowserIds,
    Cookies,
    ErrorFilter,
    Languages,
    Pages,
    Views,
    { provide: APP_GUARD, useClass: DeclaredAccessGuard },
    { provide: APP_FILTER, useExisting: ErrorFilter },
  ],
  exports: [BrowserIds, Cookies, ErrorFilter, Languages, Pages, Views],
})
export class HttpModule {}
