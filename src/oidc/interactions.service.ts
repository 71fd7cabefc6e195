import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { errors, Provider, type InteractionResults } from 'oidc-provider';
import { Config } from '../config/config.js';
import { interactionGone } from '../kernel/errors.js';
import { Clock, SECOND } from '../kernel/clock.js';
import { Secrets } from '../kernel/secrets.js';
import { allowFormRedirectTo } from '../http/security-headers.js';
import type { Level } from '../mfa/assurance.js';
import { Clients, type ClientFace } from '../clients/clients.service.js';
import { Declarations } from '../clients/declarations.service.js';
import { askedOfApis, type ApiAccess } from './apis/asked-of-apis.js';
import { DeclaredClaims, type DeclaredClaim } from '../clients/declared-claims.js';
import { askedDetails, isAmong } from './apis/authorization-details.js';
import { detailsInWords, type DetailInWords } from './apis/details-in-words.js';
import { demandedLevel, demandsVerifiedEmail } from './guards/demand.js';
import { InteractionTokens } from './interaction-tokens.js';
import { scopesOfPeople } from './claims/asked-of-people.js';
import { scopesCovering } from './claims/claims.js';
import { subjectFor } from './claims/pairwise.js';
import { isWanted } from './claims/wanted-person.js';
import { hostOf } from './registration/metadata-documents.js';
import { isUnvouched } from './registration/unvouched.js';
import { ASSURANCE_TOO_LOW, EMAIL_UNVERIFIED, NOT_LET_IN } from './policy.js';
import type { RequestParameters } from './request-parameters.js';
import { Sessions } from './sessions/sessions.service.js';
import { grantLifetime } from './apis/token-lifetimes.js';
import { shown } from './shown-client.js';

/** Why somebody is asked although there is a session, whose proofs count on. */
const STEP_UP_REASONS = new Set([ASSURANCE_TOO_LOW, EMAIL_UNVERIFIED, 'max_age']);

type ProviderInteraction = InstanceType<Provider['Interaction']>;

/** An authorization request that waits for its person, as our pages see it. */
export interface Interaction {
  readonly uid: string;
  readonly prompt: 'login' | 'consent' | typeof NOT_LET_IN;
  readonly client: ClientFace;
  readonly clientIsFirstParty: boolean;
  /** Present where nobody has looked at what the application says of itself; `host` has the document that says it. */
  readonly unvouched: { readonly host: string | undefined } | undefined;
  /** What the application and its request ask for. */
  readonly level: Level;
  /** What the operator asks of everyone. */
  readonly levelOfEveryone: Level;
  /** Neither a fresh sign-in nor two factors are asked for, so that a remembered browser may stand in for the second one. */
  readonly rememberedDevices: boolean;
  readonly verifiedEmail: boolean;
  readonly loginHint: string | undefined;
  readonly redirectUri: string | undefined;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  readonly expiresAt: number;
  /** The person whose session this browser has, and which of its proofs still count here. */
  readonly session:
    { readonly accountId: string; readonly amr: string[]; readonly signedInAt: number } | undefined;
  /** Proofs from before do not count (epoch milliseconds). */
  readonly freshSince: number;
  /** Whether the application asks for this person, or for no one in particular (id_token_hint, or a `sub` in the claims parameter). */
  readonly isWanted: (accountId: string) => boolean;
  /** The request was answered already: there is nothing left to ask. */
  readonly answered: boolean;
  /** What the application asks for, and what of it has not been consented to yet. */
  readonly scopes: string[];
  readonly missingScopes: string[];
  readonly missingClaims: string[];
  /** The same of APIs. */
  readonly apis: ApiAccess[];
  readonly missingApiScopes: Readonly<Record<string, string[]>>;
  /** Of the declared claims: those that the application would get, and those of them that nobody was shown yet. */
  readonly declaredClaims: DeclaredClaim[];
  readonly missingDeclaredClaims: string[];
  /** What exactly it asks for besides (RFC 9396). */
  readonly authorizationDetails: DetailInWords[];
  readonly original: ProviderInteraction;
}

/** Our side of the provider's interactions. */
@Injectable()
export class Interactions {
  constructor(
    private readonly config: Config,
    private readonly provider: Provider,
    private readonly clients: Clients,
    private readonly declared: DeclaredClaims,
    private readonly secrets: Secrets,
    private readonly sessions: Sessions,
    private readonly tokens: InteractionTokens,
    private readonly clock: Clock,
    private readonly declarations: Declarations,
  ) {}

  /**
   * The interaction of this browser's cookie; it must be the one the path names.
   * @throws interactionGone when there is none, it has expired, or it is somebody else's
   */
  async of(req: Request, res: Response): Promise<Interaction> {
    const original = await this.details(req, res);
    // The cookie's path makes this so in a browser; a tool can send any cookie to any path.
    if (original.uid !== req.params['uid'])
      throw interactionGone('the cookie belongs to another interaction');
    const params = original.params as unknown as RequestParameters;
    const client = await this.provider.Client.find(params.client_id);
    if (!client) throw interactionGone('the client is gone');
    req.languageHints = { uiLocales: params.ui_locales };
    allowFormRedirectTo(res, params.redirect_uri);
    const level = demandedLevel(client, params);
    const requested = scopesOfPeople(client, params);
    const { details } = original.prompt;
    // What is asked for claim by claim is shown as the scope that gives it: nothing is granted unseen.
    const missingClaims = (details['missingOIDCClaims'] as string[] | undefined) ?? [];
    const missing = (details['missingDeclaredClaims'] as string[] | undefined) ?? [];
    const declared = await this.declared.all();
    const given = await this.declared.given(client.clientId, new Set(requested));
    const scopes = [...new Set([...requested, ...scopesCovering(missingClaims)])];
    return {
      uid: original.uid,
      prompt: original.prompt.name as Interaction['prompt'],
      client: await this.clients.face(shown(client)),
      clientIsFirstParty: client['first_party'] === true,
      unvouched: isUnvouched(client) ? { host: hostOf(client) } : undefined,
      level,
      levelOfEveryone: this.config.secondFactorRequired ? 2 : 1,
      rememberedDevices:
        level === 1 && params.max_age === undefined && !params.prompt?.split(' ').includes('login'),
      verifiedEmail: demandsVerifiedEmail(this.config, client),
      loginHint: params.login_hint,
      redirectUri: params.redirect_uri,
      scopes,
      startedAt: original.iat * SECOND,
      expiresAt: original.exp * SECOND,
      session: await this.session(req, res, original),
      freshSince: this.freshSince(original.iat, params.max_age),
      isWanted: (accountId) => isWanted(params, subjectFor(this.secrets, accountId, client)),
      answered: original.result !== undefined,
      missingScopes: (details['missingOIDCScope'] as string[] | undefined) ?? requested,
      missingClaims,
      apis: await askedOfApis(this.declarations, client, params),
      authorizationDetails: await detailsInWords(this.declarations, askedDetails(params)),
      missingApiScopes:
        (details['missingResourceScopes'] as Interaction['missingApiScopes'] | undefined) ?? {},
      declaredClaims: declared.filter((claim) => missing.includes(claim.name) || given.includes(claim)),
      missingDeclaredClaims: missing,
      original,
    };
  }

  /** Hands the answer to the provider; only this browser can go on with it. @returns where it goes next */
  async answer(req: Request, res: Response, result: InteractionResults): Promise<string> {
    const bound = { ...result, provenBy: this.tokens.issue(res, req.params['uid'] as string) };
    return this.provider.interactionResult(req, res, bound, {
      mergeWithLastSubmission: !('error' in result),
    });
  }

  /**
   * `accountId` has signed in: a session of somebody else, or one that has ended, is left first, so that nothing of it
   * carries over. (The library's own way to change the person needs JavaScript.)
   */
  async leaveOtherSession(
    req: Request,
    res: Response,
    { original, session }: Interaction,
    accountId: string,
  ): Promise<void> {
    const now = await this.sessions.current(req, res);
    const isOthers = now !== undefined && now.account.id !== accountId;
    if (!isOthers && (!original.session || session?.accountId === accountId)) return;
    await this.sessions.end(req, res);
    delete original.session;
    await original.save(original.exp - Math.floor(this.clock.now().getTime() / SECOND));
  }

  /**
   * Writes down what was allowed. @returns the grant's id
   * @throws interactionGone when this browser does not have the session of the person who is asked
   */
  async grant({
    original,
    missingScopes,
    missingClaims,
    missingApiScopes,
    missingDeclaredClaims,
    session,
  }: Interaction): Promise<string> {
    if (!session) throw interactionGone('the session of this consent is not in this browser');
    const { accountId } = session;
    const clientId = (original.params as unknown as RequestParameters).client_id;
    const existing = original.grantId ? await this.provider.Grant.find(original.grantId) : undefined;
    const grant = existing ?? new this.provider.Grant({ accountId, clientId });
    // No request of the provider's is under way here that would know the client.
    const client = await this.provider.Client.find(clientId);
    if (!existing) Object.assign(grant, { expiresIn: grantLifetime(client, this.config) });
    if (missingScopes.length > 0) grant.addOIDCScope(missingScopes.join(' '));
    const claims = [...missingClaims, ...missingDeclaredClaims];
    if (claims.length > 0) grant.addOIDCClaims(claims);
    for (const [api, scopes] of Object.entries(missingApiScopes))
      grant.addResourceScope(api, scopes.join(' '));
    for (const detail of askedDetails(original.params))
      if (!isAmong(grant.rar ?? [], detail)) grant.addRar(detail);
    return grant.save();
  }

  /** What was proven in the interaction always counts; of a session, only what is young enough by `max_age` now. */
  private freshSince(iat: number, maxAge: number | undefined): number {
    return maxAge === undefined ? 0 : Math.min(iat * SECOND, this.clock.now().getTime() - maxAge * SECOND);
  }

  private async details(req: Request, res: Response): Promise<ProviderInteraction> {
    try {
      return await this.provider.interactionDetails(req, res);
    } catch (error) {
      if (error instanceof errors.SessionNotFound) throw interactionGone(error);
      throw error;
    }
  }

  /**
   * What an existing session is worth here. Asked to sign in anew (`prompt=login`, another subject than the session's),
   * nothing of it counts: it only says whose name to expect. The browser must have that session now: holding the
   * interaction's cookie alone is not enough to go on from somebody's sign-in.
   */
  private async session(
    req: Request,
    res: Response,
    { session, prompt }: ProviderInteraction,
  ): Promise<Interaction['session']> {
    if (!session?.accountId) return undefined;
    const person = await this.sessions.current(req, res);
    if (!person || person.sessionUid !== session.uid) return undefined;
    const stepUpOnly = prompt.reasons.every((reason) => STEP_UP_REASONS.has(reason));
    return { accountId: person.account.id, amr: stepUpOnly ? person.amr : [], signedInAt: person.signedInAt };
  }
}
