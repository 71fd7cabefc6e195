import type { Application } from './application.js';
import { argoCd } from './argo-cd.application.js';
import { aspNetCore } from './asp-net-core.application.js';
import { authJs } from './auth-js.application.js';
import { authlib } from './authlib.application.js';
import { bookstack } from './bookstack.application.js';
import { django } from './django.application.js';
import { forgejo, gitea } from './gitea.application.js';
import { gitlab } from './gitlab.application.js';
import { grafana } from './grafana.application.js';
import { harbor } from './harbor.application.js';
import { headscale } from './headscale.application.js';
import { homeAssistant } from './home-assistant.application.js';
import { immich } from './immich.application.js';
import { jellyfin } from './jellyfin.application.js';
import { jenkins } from './jenkins.application.js';
import { kubernetes } from './kubernetes.application.js';
import { mealie } from './mealie.application.js';
import { miniflux } from './miniflux.application.js';
import { modAuthOpenidc } from './mod-auth-openidc.application.js';
import { nextcloud } from './nextcloud.application.js';
import { oauth2Proxy } from './oauth2-proxy.application.js';
import { oidcAgent } from './oidc-agent.application.js';
import { oidcClientTs } from './oidc-client-ts.application.js';
import { openWebui } from './open-webui.application.js';
import { openidClient } from './openid-client.application.js';
import { outline } from './outline.application.js';
import { paperless } from './paperless.application.js';
import { passport } from './passport.application.js';
import { pgadmin } from './pgadmin.application.js';
import { portainer } from './portainer.application.js';
import { proxmox } from './proxmox.application.js';
import { springSecurity } from './spring-security.application.js';
import { synapse } from './synapse.application.js';
import { vaultwarden } from './vaultwarden.application.js';
import { vikunja } from './vikunja.application.js';

/** Every application with settings to paste, in the order of their names. */
export const APPLICATIONS: readonly Application[] = [
  argoCd,
  aspNetCore,
  authJs,
  authlib,
  bookstack,
  django,
  forgejo,
  gitea,
  gitlab,
  grafana,
  harbor,
  headscale,
  homeAssistant,
  immich,
  jellyfin,
  jenkins,
  kubernetes,
  mealie,
  miniflux,
  modAuthOpenidc,
  nextcloud,
  oauth2Proxy,
  oidcAgent,
  oidcClientTs,
  openWebui,
  openidClient,
  outline,
  paperless,
  passport,
  pgadmin,
  portainer,
  proxmox,
  springSecurity,
  synapse,
  vaultwarden,
  vikunja,
].sort((one, other) => one.name.localeCompare(other.name, 'en'));
