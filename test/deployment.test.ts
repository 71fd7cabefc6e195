import { describe, expect, it } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { readClientsFile } from '../src/clients/clients-file.js';
import { projectRoot } from '../src/config/root.js';
import { SETTINGS } from '../src/config/settings.js';

const folder = join(projectRoot, 'docs/deployment/kubernetes');
const read = (name: string) => readFileSync(join(folder, name), 'utf8');

interface Probe {
  httpGet: { path: string; port: string };
  periodSeconds: number;
  failureThreshold: number;
}
interface Container {
  env: { name: string; value: string }[];
  ports: { name: string; containerPort: number }[];
  startupProbe: Probe;
  readinessProbe: Probe;
  livenessProbe: Probe;
  securityContext: unknown;
  volumeMounts: { name: string; mountPath: string }[];
}
interface Manifest {
  kind: string;
  metadata: { name: string };
  data: Record<string, string>;
  stringData: Record<string, string>;
  spec: Record<string, unknown> & {
    replicas: number;
    minAvailable: number;
    selector: Record<string, unknown>;
    template: {
      metadata: { labels: object; annotations: Record<string, string> };
      spec: {
        containers: [Container];
        securityContext: object;
        terminationGracePeriodSeconds: number;
        volumes: ({ name: string } & Record<string, object>)[];
      };
    };
  };
}

const all = parseAllDocuments(read('gatehouse.yaml')).map((each) => each.toJS() as Manifest);
const of = (kind: string, name = 'gatehouse') =>
  all.find((each) => each.kind === kind && each.metadata.name === name)!;
const pod = of('Deployment').spec.template.spec;
const [container] = pod.containers;
const secret = parse(read('secret.example.yaml')) as Manifest;

describe('the Kubernetes manifests', () => {
  it('run two instances, and keep one while nodes are emptied', () => {
    expect(of('Deployment').spec.replicas).toBe(2);
    expect(of('PodDisruptionBudget').spec.minAvailable).toBe(1);
    const { labels } = of('Deployment').spec.template.metadata;
    for (const kind of ['Deployment', 'PodDisruptionBudget'])
      expect(of(kind).spec.selector).toEqual({ matchLabels: labels });
    expect(of('Service').spec.selector).toEqual(labels);
  });

  it('know no setting that the program does not, and give no secret but as a file', () => {
    const names = [...Object.keys(of('ConfigMap').data), ...container.env.map(({ name }) => name)];
    const settings = Object.entries(SETTINGS);
    const allowed = settings.map(([name, { secret: isSecret }]) => (isSecret ? `${name}_FILE` : name));
    expect(names.filter((name) => !allowed.includes(name))).toEqual([]);
    for (const [name, value] of Object.entries(of('ConfigMap').data))
      if (name !== 'GATEHOUSE_CLIENTS_FILE')
        expect(() =>
          (SETTINGS as Record<string, { parse(text: string): unknown }>)[name]!.parse(value),
        ).not.toThrow();
  });

  it('mount each file that a setting names, from a key that the Secret has', () => {
    const mounted = container.volumeMounts.find(({ name }) => name === 'secrets')!.mountPath;
    const keys = container.env.map(({ value }) => value.replace(`${mounted}/`, ''));
    expect(keys.sort()).toEqual(Object.keys(secret.stringData).sort());
    for (const key of keys) expect(read('secret.example.yaml')).toContain(`--from-literal=${key}=`);
    expect(container.volumeMounts.map(({ name }) => name).sort()).toEqual(
      pod.volumes.map(({ name }) => name).sort(),
    );
    const clients = container.volumeMounts.find(({ name }) => name === 'clients')!.mountPath;
    expect(of('ConfigMap').data['GATEHOUSE_CLIENTS_FILE']).toBe(`${clients}/clients.yaml`);
  });

  it('have a clients file without a mistake', () => {
    const scratch = mkdtempSync(join(tmpdir(), 'gatehouse-kubernetes-'));
    writeFileSync(join(scratch, 'clients.yaml'), of('ConfigMap', 'gatehouse-clients').data['clients.yaml']!);
    expect(() => readClientsFile(join(scratch, 'clients.yaml'))).not.toThrow();
    rmSync(scratch, { recursive: true });
  });

  it('ask for readiness and life at the ports that there are', () => {
    expect(container.readinessProbe.httpGet).toEqual({ path: '/health/ready', port: 'http' });
    expect(container.startupProbe.httpGet).toEqual({ path: '/health/ready', port: 'http' });
    expect(container.livenessProbe.httpGet).toEqual({ path: '/health/live', port: 'http' });
    const metrics = container.ports.find(({ name }) => name === 'metrics')!.containerPort;
    expect(of('ConfigMap').data['GATEHOUSE_METRICS_PORT']).toBe(String(metrics));
    const { annotations } = of('Deployment').spec.template.metadata;
    expect(annotations['prometheus.io/port']).toBe(String(metrics));
  });

  it('let an instance answer until it gets no more, and end what is under way', () => {
    const delay = SETTINGS.GATEHOUSE_STOP_DELAY.parse(of('ConfigMap').data['GATEHOUSE_STOP_DELAY']!) / 1000;
    const { periodSeconds, failureThreshold } = container.readinessProbe;
    expect(delay).toBeGreaterThan(periodSeconds * failureThreshold);
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(delay + 5);
  });

  it('take every right away that is not needed', () => {
    expect(pod.securityContext).toMatchObject({
      runAsNonRoot: true,
      runAsUser: 1000,
      fsGroup: 1000,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(pod).toMatchObject({ automountServiceAccountToken: false });
  });
});

describe('the systemd unit', () => {
  const unit = readFileSync(join(projectRoot, 'docs/deployment/systemd/gatehouse.service'), 'utf8');

  it('starts the server as npm start does', () => {
    const { scripts } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as {
      scripts: { start: string };
    };
    const [, command] = /^ExecStart=\/opt\/gatehouse\/node_modules\/\.bin\/(.*)$/m.exec(unit)!;
    expect(command).toBe(scripts.start);
  });

  it('knows no setting that the program does not', () => {
    const named = [...unit.matchAll(/\b(GATEHOUSE_[A-Z_]+?|SMTP_URL)(?:_FILE)?=/g)].map(([, name]) => name!);
    expect(named.length).toBeGreaterThan(2);
    expect(named.filter((name) => !Object.hasOwn(SETTINGS, name))).toEqual([]);
  });
});
