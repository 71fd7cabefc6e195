import { describe, expect, it } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { projectRoot } from '../src/config/root.js';
import { SETTINGS } from '../src/config/settings.js';

/**
 * What the image decides, what is a path inside it, and secrets: docs/deployment.md says how to give those.
 * SMTP_URL is one only where it contains a password.
 */
const NOT_PASSED_ON = [
  'GATEHOUSE_PORT',
  'GATEHOUSE_BIND',
  'GATEHOUSE_DATA_DIR',
  'GATEHOUSE_CLIENTS_FILE',
  ...Object.entries(SETTINGS).flatMap(([name, { secret }]) => (secret && name !== 'SMTP_URL' ? [name] : [])),
];

interface Service {
  image: string;
  environment?: Record<string, string>;
  ports?: string[];
  profiles?: string[];
  volumes?: string[];
  depends_on?: Record<string, { condition: string }> | string[];
  healthcheck?: { test: string[] };
  read_only?: boolean;
  cap_drop?: string[];
  security_opt?: string[];
  stop_grace_period?: string;
}

const read = (name: string) => readFileSync(join(projectRoot, name), 'utf8');
const source = read('docker-compose.yml');
const { services, volumes } = parse(source, { merge: true }) as {
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
};
const service = (name: string) => services[name]!;
const inProfile = (profile: string) =>
  Object.keys(services).filter((name) => services[name]!.profiles?.includes(profile));
const INSTANCES = ['gatehouse-1', 'gatehouse-2'];

describe('docker-compose.yml', () => {
  const environment = service('gatehouse').environment!;

  it('passes every setting on from .env, and nothing that is no setting', () => {
    const expected = Object.keys(SETTINGS).filter((name) => !NOT_PASSED_ON.includes(name));
    expect(Object.keys(environment).sort()).toEqual(expected.sort());
  });

  it('leaves what is not set to the program, but for the public URL', () => {
    for (const [name, value] of Object.entries(environment)) {
      const fallback = name === 'GATEHOUSE_URL' ? 'http://localhost:3000' : '';
      expect(value).toBe(`\${${name}:-${fallback}}`);
    }
  });

  it('starts one instance and nothing else unless it is asked to', () => {
    expect(Object.keys(services).filter((name) => !services[name]!.profiles)).toEqual(['gatehouse']);
    expect(inProfile('production').sort()).toEqual(['balancer', ...INSTANCES, 'postgresql']);
    expect(inProfile('development')).toEqual(['mail']);
    expect(inProfile('metrics').sort()).toEqual(['grafana', 'prometheus']);
  });

  it('publishes to this machine only', () => {
    const ports = Object.values(services).flatMap((each) => each.ports ?? []);
    for (const port of ports) expect(port).toMatch(/^(127\.0\.0\.1:|\$\{GATEHOUSE_PUBLISH:-127\.0\.0\.1:)/);
    for (const name of [...INSTANCES, 'postgresql']) expect(service(name).ports ?? []).toEqual([]);
  });

  it('has fixed versions, mounts what is there, and declares each volume', () => {
    for (const [name, { image, volumes: mounts = [] }] of Object.entries(services)) {
      expect({ name, image }).toEqual({ name, image: expect.stringMatching(/:(v?\d[\d.]*|local)$/) });
      for (const mount of mounts) {
        const from = mount.split(':')[0]!;
        const isThere = from.startsWith('./') ? existsSync(join(projectRoot, from)) : from in volumes;
        expect({ mount, isThere }).toEqual({ mount, isThere: true });
      }
    }
  });

  it('takes every right away that is not needed', () => {
    for (const [name, each] of Object.entries(services)) {
      expect({ name, options: each.security_opt }).toEqual({ name, options: ['no-new-privileges:true'] });
      // PostgreSQL's entry point changes owners, and then its user.
      if (name !== 'postgresql') expect({ name, drops: each.cap_drop }).toEqual({ name, drops: ['ALL'] });
      // Grafana unpacks what it brings.
      if (!['postgresql', 'grafana'].includes(name))
        expect({ name, isFixed: each.read_only }).toEqual({ name, isFixed: true });
    }
  });

  it('names a mail server that the program accepts', () => {
    const [, written] = /^#.*SMTP_URL=(\S+) in \.env/m.exec(source)!;
    const url = SETTINGS.SMTP_URL.parse(written!);
    expect(Object.keys(services)).toContain(url.hostname);
    expect(url.password).toBe('');
  });
});

describe('the production profile', () => {
  const balancer = read('docs/deployment/haproxy.cfg');

  it.each(INSTANCES)(
    'has %s with every setting, on the one database, and begun when that is there',
    (name) => {
      const { environment = {}, depends_on, healthcheck } = service(name);
      for (const setting of Object.keys(service('gatehouse').environment!))
        expect(environment[setting]).toContain(`\${${setting}:-`);
      expect(environment['DATABASE_URL_FILE']).toBe('/run/database-login/url');
      expect(depends_on).toEqual({ postgresql: { condition: 'service_healthy' } });
      expect(healthcheck).toEqual(service('gatehouse').healthcheck);
    },
  );

  it('balances between exactly these, by whether they are ready', () => {
    const servers = [...balancer.matchAll(/^ {2}server \S+ (\S+):3000$/gm)].map(([, host]) => host);
    expect(servers).toEqual(INSTANCES);
    expect(balancer).toContain('uri /health/ready');
    expect(Object.keys(service('balancer').depends_on!)).toEqual(INSTANCES);
  });

  it('lets an instance answer until the balancer has noticed, and end what is under way', () => {
    const [, seconds, fall] = /check inter (\d+)s fall (\d+)/.exec(balancer)!;
    const [, check] = /timeout check (\d+)s/.exec(balancer)!;
    const delay = SETTINGS.GATEHOUSE_STOP_DELAY.parse(
      /:-(.*)\}/.exec(service('gatehouse-1').environment!['GATEHOUSE_STOP_DELAY']!)![1]!,
    );
    expect(delay / 1000).toBeGreaterThan(Number(seconds) * Number(fall) + 1);
    expect(Number(check)).toBeGreaterThanOrEqual(2);
    expect(parseInt(service('gatehouse-1').stop_grace_period!)).toBeGreaterThan(delay / 1000 + 5);
  });

  it('counts the balancer as a proxy', () => {
    expect(service('gatehouse-1').environment!['GATEHOUSE_TRUSTED_PROXY_HOPS']).toMatch(/:-1\}$/);
    expect(balancer).toContain('option forwardfor');
  });

  it('lets Prometheus fetch from both', () => {
    const { scrape_configs } = parse(read('docs/deployment/prometheus.yml')) as {
      scrape_configs: { static_configs: { targets: string[] }[] }[];
    };
    const port = /:-(.*)\}/.exec(service('gatehouse-1').environment!['GATEHOUSE_METRICS_PORT']!)![1]!;
    expect(scrape_configs.flatMap((each) => each.static_configs.flatMap(({ targets }) => targets))).toEqual(
      INSTANCES.map((name) => `${name}:${port}`),
    );
  });
});

describe('Dockerfile', () => {
  const dockerfile = read('Dockerfile');

  it('starts the server as npm start does', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: { start: string } };
    const entry = /^ENTRYPOINT (.*)$/m.exec(dockerfile)![1]!;
    expect((JSON.parse(entry) as string[]).join(' ').replace('/app/', '')).toBe(scripts.start);
  });

  it('brings the pg_dump of the very PostgreSQL that is started beside it', () => {
    expect(dockerfile).toContain(`FROM ${service('postgresql').image} AS postgresql`);
    for (const program of ['pg_dump', 'pg_restore'])
      expect(dockerfile).toContain(`/usr/local/bin/${program}`);
  });

  it('asks after its health as docker-compose.yml does', () => {
    const check = /^HEALTHCHECK .*CMD (.*)$/m.exec(dockerfile)![1]!;
    expect(['CMD', ...(JSON.parse(check) as string[])]).toEqual(service('gatehouse').healthcheck!.test);
  });
});
