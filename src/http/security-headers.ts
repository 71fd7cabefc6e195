import type { RequestHandler } from 'express';
import type { ServerResponse } from 'node:http';
import type { Config } from '../config/config.js';

const POLICY = [
  "default-src 'none'",
  "style-src 'self'",
  "script-src 'self'",
  "img-src 'self' data:",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Sent with every answer, error pages and the provider's own included (ASVS 3.4). */
export function securityHeaders(config: Config): RequestHandler {
  // Under a path of somebody's host, that host's subdomains are not ours to decide about.
  const hsts = `max-age=31536000${config.basePath ? '' : '; includeSubDomains'}`;
  return (_req, res, next) => {
    res.setHeader('Content-Security-Policy', POLICY);
    res.setHeader('X-Content-Type-Options', 'nosniff');
    res.setHeader('X-Frame-Options', 'DENY');
    // Not `no-referrer`: with it browsers send `Origin: null` with our own forms.
    res.setHeader('Referrer-Policy', 'same-origin');
    res.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
    res.setHeader('Permissions-Policy', 'camera=(), microphone=(), geolocation=(), payment=(), usb=()');
    // Pages are personal; what may be cached says so itself.
    res.setHeader('Cache-Control', 'no-store');
    if (config.isHttps) res.setHeader('Strict-Transport-Security', hsts);
    next();
  };
}

/**
 * Chromium applies form-action to every redirect that follows a form: the last step of a sign-in ends at the relying
 * application, and that one may redirect further. So the interaction's pages allow the kind of place the answer goes to.
 */
export function allowFormRedirectTo(res: ServerResponse, redirectUri: string | undefined): void {
  if (!redirectUri || !URL.canParse(redirectUri)) return;
  const current = String(res.getHeader('Content-Security-Policy'));
  res.setHeader(
    'Content-Security-Policy',
    current.replace("form-action 'self'", `form-action 'self' ${formTarget(new URL(redirectUri))}`),
  );
}

/** The application, and no other, may frame the answer that it asked for by `web_message`; the library has let everyone. */
export function allowFrameOf(res: ServerResponse, redirectUri: string): void {
  const current = String(res.getHeader('Content-Security-Policy'));
  res.setHeader('Content-Security-Policy', `${current};frame-ancestors ${new URL(redirectUri).origin}`);
}

function formTarget({ protocol, hostname }: URL): string {
  if (protocol !== 'http:') return protocol;
  // Only loopback has http:, and no source expression can name an IPv6 address.
  return hostname === '[::1]' ? 'https: http:' : 'https: http://localhost:* http://127.0.0.1:*';
}
