import { IsIn, IsOptional } from 'class-validator';
import { CodeForm, CredentialForm } from '../mfa/forms.js';

/** A second factor, and whether this browser shall be remembered. */
export class RememberableCodeForm extends CodeForm {
  @IsIn(['yes'], { message: 'form.unusable' })
  @IsOptional()
  remember?: 'yes';
}

export class RememberableCredentialForm extends CredentialForm {
  @IsIn(['yes'], { message: 'form.unusable' })
  @IsOptional()
  remember?: 'yes';
}
