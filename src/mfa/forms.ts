import { Transform } from 'class-transformer';
import { IsNotEmpty, IsOptional, IsString, Matches, MaxLength } from '../http/rules.js';
import { tidied } from '../users/identifiers.js';
import { MAX_RESPONSE_LENGTH } from './passkey-response.js';

/** One field for a code, of whatever kind. */
export class CodeForm {
  @MaxLength(200, { message: 'form.code' })
  @IsNotEmpty({ message: 'form.code' })
  @IsString({ message: 'form.code' })
  code!: string;
}

/** What an owner calls a factor: an empty field is no name. No control characters; 60 characters at most. */
const NAME = /^[^\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]{0,60}$/u;

/** The first code of a new authenticator, and what to call it. */
export class EnrolmentForm extends CodeForm {
  @Transform(tidied)
  @Matches(NAME, { message: 'form.factor-name' })
  @IsString({ message: 'form.factor-name' })
  @IsOptional()
  name?: string;
}

/** A factor's new name. */
export class FactorNameForm {
  @Transform(tidied)
  @Matches(NAME, { message: 'form.factor-name' })
  @IsNotEmpty({ message: 'form.factor-name' })
  @IsString({ message: 'form.factor-name' })
  name!: string;
}

/** What a browser's authenticator answered, as JSON (WebAuthn, section 5.1). */
export class CredentialForm {
  @MaxLength(MAX_RESPONSE_LENGTH, { message: 'form.passkey-refused' })
  @IsNotEmpty({ message: 'form.passkey-refused' })
  @IsString({ message: 'form.passkey-refused' })
  credential!: string;
}

/** A new passkey, and what to call it. */
export class PasskeyForm extends CredentialForm {
  @Transform(tidied)
  @Matches(NAME, { message: 'form.factor-name' })
  @IsString({ message: 'form.factor-name' })
  @IsOptional()
  name?: string;
}
