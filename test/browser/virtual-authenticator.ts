import type { CDPSession } from 'playwright-core';
import type { Window } from './window.js';

export interface VirtualAuthenticatorOptions {
  /** Whether it knows whose finger touches it; without, it is an old security key. */
  readonly verifiesUser?: boolean;
  /** Whether the browser suggests its passkeys in fields; where it agrees to everything, that chooses the first at once. */
  readonly suggested?: boolean;
}

const NO_SUGGESTIONS = `PublicKeyCredential.isConditionalMediationAvailable = () => Promise.resolve(false)`;

/** Chromium's own authenticator without hardware, plugged into one window. */
export class VirtualAuthenticator {
  private constructor(
    private readonly session: CDPSession,
    private readonly authenticatorId: string,
  ) {}

  static async in(
    window: Window,
    { verifiesUser = true, suggested = false }: VirtualAuthenticatorOptions = {},
  ): Promise<VirtualAuthenticator> {
    if (!suggested) await window.page.addInitScript(NO_SUGGESTIONS);
    const session = await window.page.context().newCDPSession(window.page);
    await session.send('WebAuthn.enable');
    const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: verifiesUser ? 'internal' : 'usb',
        // An old key keeps nothing itself.
        hasResidentKey: verifiesUser,
        hasUserVerification: verifiesUser,
        isUserVerified: verifiesUser,
        automaticPresenceSimulation: true,
      },
    });
    return new VirtualAuthenticator(session, authenticatorId);
  }

  /** From now on somebody touches it when asked, or nobody does. */
  async touched(enabled: boolean): Promise<void> {
    await this.session.send('WebAuthn.setAutomaticPresenceSimulation', {
      authenticatorId: this.authenticatorId,
      enabled,
    });
  }

  /** From now on the finger is its owner's, or somebody else's. */
  async recognizes(isUserVerified: boolean): Promise<void> {
    await this.session.send('WebAuthn.setUserVerified', {
      authenticatorId: this.authenticatorId,
      isUserVerified,
    });
  }

  /** What it keeps, as relying party and user handle. */
  async passkeys(): Promise<{ rpId?: string; userHandle?: string; signCount: number }[]> {
    const { authenticatorId } = this;
    return (await this.session.send('WebAuthn.getCredentials', { authenticatorId })).credentials;
  }
}
