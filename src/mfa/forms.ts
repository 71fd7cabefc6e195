import { IsIn, IsNotEmpty, IsOptional, IsString, MaxLength } from 'class-validator';

/** One field for a code, of whatever kind. */
export class CodeForm {
  @MaxLength(200, { message: 'form.code' })
  @IsNotEmpty({ message: 'form.code' })
  @IsString({ message: 'form.code' })
  code!: string;
}

/** The end of a set-up: one of the backup codes typed back, or "I have saved them". */
export class SavedForm {
  @MaxLength(200, { message: 'form.code' })
  @IsString({ message: 'form.code' })
  @IsOptional()
  code?: string;

  @IsIn(['yes'], { message: 'form.unusable' })
  @IsOptional()
  saved?: 'yes';
}
