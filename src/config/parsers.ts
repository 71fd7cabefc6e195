import type { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { certificatesFromPem } from '../kernel/certificates.js';
import { DAY, HOUR, MINUTE, SECOND } from '../kernel/clock.js';

/** A value that cannot be used; the message says how to mend it. */
export class BadSetting extends Error {}

export type Parse<T> = (text: string) => T;

const UNITS: Record<string, number> = { s: SECOND, m: MINUTE, h: HOUR, d: DAY };

export const text: Parse<string> = (value) => value;

/** Six hexadecimal digits. */
export const color: Parse<string> = (value) => {
  const match = /^#?([0-9a-f]{6})$/i.exec(value);
  if (!match) throw new BadSetting('write a colour as six hexadecimal digits, for example #5b2a86');
  return match[1]!.toLowerCase();
};

/** Milliseconds from "90s", "10m", "24h" or "7d". */
export function duration(least: number, most: number): Parse<number> {
  return (value) => {
    const match = /^(\d{1,6})([smhd])$/.exec(value);
    const result = match ? Number(match[1]) * UNITS[match[2]!]! : NaN;
    if (!(result >= least && result <= most)) {
      throw new BadSetting(
        `write a number and a unit (s, m, h, d) between ${least / SECOND}s and ${most / SECOND}s, for example 10m`,
      );
    }
    return result;
  };
}

/** A duration, or 0 for "off". @param on what "on" stands for; absent: only a duration can be given */
export function durationOrOff(least: number, most: number, on?: string): Parse<number> {
  const parse = duration(least, most);
  return (value) => {
    if (value === 'off') return 0;
    return parse(value === 'on' && on ? on : value);
  };
}

export function integer(least: number, most: number): Parse<number> {
  return (value) => {
    const result = /^\d{1,9}$/.test(value) ? Number(value) : NaN;
    if (!(result >= least && result <= most))
      throw new BadSetting(`write a whole number from ${least} to ${most}`);
    return result;
  };
}

export function oneOf<T extends string>(...choices: T[]): Parse<T> & { readonly choices: readonly T[] } {
  const parse: Parse<T> = (value) => {
    if (!(choices as string[]).includes(value)) throw new BadSetting(`write one of: ${choices.join(', ')}`);
    return value as T;
  };
  return Object.assign(parse, { choices });
}

/** Some of the choices, separated by spaces. */
export function someOf<T extends string>(...choices: T[]): Parse<T[]> {
  return (value) => {
    const chosen = [...new Set(value.split(/[\s,]+/))];
    if (!chosen.every((each) => (choices as string[]).includes(each)))
      throw new BadSetting(`write some of: ${choices.join(', ')}; or leave it out`);
    return chosen as T[];
  };
}

export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}

/** The issuer: an absolute URL without query, fragment or credentials; the trailing slash is dropped. */
export const publicUrl: Parse<URL> = (value) => {
  if (!URL.canParse(value)) throw new BadSetting('write an absolute URL, for example https://id.example.org');
  const url = new URL(value);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.hostname))) {
    throw new BadSetting(
      'use https: (plain http is accepted only for localhost); put a TLS-terminating proxy in front',
    );
  }
  if (url.search || url.hash || url.username || url.password) {
    throw new BadSetting(
      'leave out user name, password, ? and #: only scheme, host, port and path are allowed',
    );
  }
  if (!/^(\/[A-Za-z0-9._~-]+)*\/?$/.test(url.pathname)) {
    throw new BadSetting('use only letters, digits, ".", "_", "~" and "-" in the path, and no "//"');
  }
  url.pathname = url.pathname.replace(/\/$/, '');
  return url;
};

export const databaseUrl: Parse<URL> = (value) => {
  if (!/^(postgres(ql)?:\/\/|sqlite:)/.test(value) || !URL.canParse(value)) {
    throw new BadSetting('write postgresql://user:password@host:5432/name or sqlite:/path/to/file.sqlite');
  }
  return new URL(value);
};

/** 32 bytes or more as base64url, base64 or hex. */
export const masterSecret: Parse<Buffer> = (value) => {
  const bytes = /^([0-9a-f]{2})+$/i.test(value) ? Buffer.from(value, 'hex') : Buffer.from(value, 'base64url');
  if (bytes.length < 32) {
    throw new BadSetting('give at least 32 random bytes, for example the output of: openssl rand -base64 48');
  }
  return bytes;
};

/** It is all that protects an archive from who has it. */
export const passphrase: Parse<string> = (value) => {
  if ([...value].length < 16)
    throw new BadSetting('give at least 16 characters, for example the output of: openssl rand -base64 32');
  return value;
};

/** A mail server (RFC 8314: TLS from the start, or STARTTLS). */
export const smtpUrl: Parse<URL> = (value) => {
  if (!/^smtps?:\/\//.test(value) || !URL.canParse(value) || !new URL(value).hostname) {
    throw new BadSetting('write smtps://user:password@host or smtp://user:password@host:587');
  }
  const url = new URL(value);
  const tls = url.searchParams.get('tls');
  if (
    (url.pathname !== '' && url.pathname !== '/') ||
    (tls !== null && tls !== 'off' && tls !== 'required')
  ) {
    throw new BadSetting('after the host only ?tls=required or ?tls=off may stand');
  }
  return url;
};

/** Host names separated by spaces; `*.` before one stands for whatever is below it. */
export const hostPatterns: Parse<string[]> = (value) => {
  const hosts = value.toLowerCase().split(/[\s,]+/);
  const wrong = hosts.find((host) => !/^(\*\.)?([a-z0-9-]+\.)+[a-z0-9-]+$/.test(host));
  if (wrong) throw new BadSetting(`"${wrong}" is no host name: write agents.example.org or *.example.org`);
  return hosts;
};

/** IP addresses and networks (CIDR) separated by spaces. */
export const networks: Parse<string[]> = (value) => {
  const all = value.split(/[\s,]+/);
  const wrong = all.find((each) => {
    const [address = '', bits, ...rest] = each.split('/');
    const most = isIP(address) === 6 ? 128 : 32;
    return (
      isIP(address) === 0 ||
      rest.length > 0 ||
      (bits !== undefined && !(/^\d{1,3}$/.test(bits) && +bits <= most))
    );
  });
  if (wrong) throw new BadSetting(`"${wrong}" is no address and no network: write 10.0.0.2 or 172.18.0.0/16`);
  return all;
};

/** The certificates in a PEM file. */
export const certificateFile: Parse<X509Certificate[]> = (file) => {
  try {
    const certificates = certificatesFromPem(readFileSync(file, 'utf8'));
    if (certificates.length > 0 && certificates.every(({ ca }) => ca)) return certificates;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (!code?.startsWith('ERR_')) throw new BadSetting(`the file cannot be read (${code}): check it`);
  }
  throw new BadSetting('name a PEM file with the certificates of authorities (CA:TRUE), and nothing else');
};

/** RFC 9110, section 5.1; lower case, as Node gives them. */
export const headerName: Parse<string> = (value) => {
  if (!/^[A-Za-z0-9-]{1,64}$/.test(value))
    throw new BadSetting('write the name of a header, for example X-Client-Cert');
  return value.toLowerCase();
};

/** One address, with or without a name before it; no line break can begin another header. */
export const mailSender: Parse<string> = (value) => {
  if (!/^(?:[^<>\p{Cc}"@,;:]+ <[^<>\s@]+@[^<>\s@]+>|[^<>\s@]+@[^<>\s@]+)$/u.test(value)) {
    throw new BadSetting('write id@example.org or Example ID <id@example.org>');
  }
  return value;
};
