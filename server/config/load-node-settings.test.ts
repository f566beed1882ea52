import { describe, expect, test } from 'vitest';
import { loadNodeSettings, loadNodeSettingsWithOrigins } from './load-node-settings.ts';
import { nodeTable } from './node-table.ts';
import { describeOrigin, SettingsError, variableName } from './sources.ts';
import type { NodeSettings } from './node-settings.ts';

const three = 'n1=127.0.0.1:6101,n2=127.0.0.1:6201,n3=127.0.0.1:6301';
const secret = 'a-secret-of-sufficient-length';

function load(argv: readonly string[], env: Record<string, string> = {}, files: Record<string, string> = {}): NodeSettings {
  return loadNodeSettings({ argv, env, cwd: '/work', readText: reader(files) });
}

function reader(files: Record<string, string>): (path: string) => string {
  return (path) => {
    const text = files[path];
    if (text === undefined) throw new Error(`no file ${path}`);
    return text;
  };
}

function faults(argv: readonly string[], env: Record<string, string> = {}, files: Record<string, string> = {}): readonly string[] {
  try {
    load(argv, env, files);
  } catch (error) {
    if (error instanceof SettingsError) return error.faults;
    throw error;
  }
  return [];
}

describe('defaults', () => {
  test('makes a cluster of one on loopback when nothing is set', () => {
    const settings = load([]);
    expect(settings).toMatchObject({
      id: 'n1',
      data: '/work/.confman/n1',
      listen: { host: '127.0.0.1', port: 6100 },
      advertiseUrl: 'http://127.0.0.1:6100',
      advertisePeer: '127.0.0.1:6101',
      initialMembers: [{ node: 'n1', peer: '127.0.0.1:6101' }],
      clusterSecret: null,
      tls: null,
      tickMs: 100,
      electionTimeoutMs: 1000,
      writeDeadlineMs: 5000,
      valueBytesMax: 1_048_576,
      waitersMax: 10_000,
      historyKeep: { revisionsMax: 100, ageMsMax: 7_776_000_000 },
      lab: false,
      web: true,
    });
  });

  test('prints every default in a notation that reads back as the same value', () => {
    for (const [name, setting] of Object.entries(nodeTable)) {
      const text = setting.format(setting.fallback as never);
      // An absent value has no notation.
      if (text === '') continue;
      expect(setting.parse(text), name).toEqual(setting.fallback);
    }
  });
});

describe('precedence', () => {
  const files = { 'c.yaml': 'log-level: debug\ntick: 50ms\nlab: true\n' };

  test('takes a flag over a variable over a field over the default', () => {
    const env = { CONFMAN_LOG_LEVEL: 'warn', CONFMAN_TICK: '20ms' };
    const { resolved } = loadNodeSettingsWithOrigins({ argv: ['--config', 'c.yaml', '--log-level=error'], env, readText: reader(files) });
    expect(resolved.values['log-level']).toBe('error');
    expect(resolved.values.tick).toBe(20);
    expect(resolved.values.lab).toBe(true);
    expect(describeOrigin(resolved.origins['log-level'])).toBe('flag --log-level');
    expect(describeOrigin(resolved.origins.tick)).toBe('variable CONFMAN_TICK');
    expect(describeOrigin(resolved.origins.lab)).toBe('field lab of c.yaml');
    expect(describeOrigin(resolved.origins.data)).toBe('default');
  });

  test('gives every setting a flag, a variable and a field', () => {
    for (const [name, setting] of Object.entries(nodeTable)) {
      const text = name === 'initial-cluster' ? 'n1=127.0.0.1:6101' : (samples[name] ?? setting.format(setting.fallback as never));
      const argv = setting.shape === 'switch' ? [`--${name}=${text}`] : [`--${name}`, text];
      const extra = needs[name] ?? [];
      expect(faults([...argv, ...extra]), name).toEqual([]);
      expect(faults(extra, { [variableName(name)]: text }), name).toEqual([]);
      expect(faults(['--config', 'f.json', ...extra], {}, { 'f.json': JSON.stringify({ [name]: text }) }), name).toEqual([]);
    }
  });

  test('reads lists, maps and camel-case names of a file', () => {
    const yaml = 'initialCluster:\n  n1: 127.0.0.1:6101\n  n2: 127.0.0.1:6201\nclusterSecret: a-secret-of-sufficient-length\n';
    expect(load(['--config', 'c.yaml'], {}, { 'c.yaml': yaml }).initialMembers).toEqual([
      { node: 'n1', peer: '127.0.0.1:6101' },
      { node: 'n2', peer: '127.0.0.1:6201' },
    ]);
    const listed = 'initial-cluster: [n1=127.0.0.1:6101]\n';
    expect(load(['--config', 'c.yaml'], {}, { 'c.yaml': listed }).initialMembers).toHaveLength(1);
  });

  test('treats an empty variable as not set', () => {
    expect(load([], { CONFMAN_LOG_LEVEL: '' }).logLevel).toBe('info');
  });

  test('names variables that set nothing', () => {
    const { resolved } = loadNodeSettingsWithOrigins({ argv: [], env: { CONFMAN_LISTN: 'x', CONFMAN_ID: 'n1' } });
    expect(resolved.unknownVariables).toEqual(['CONFMAN_LISTN']);
  });
});

describe('secrets', () => {
  test('reads a secret from the file that a flag or a variable names, without its last line end', () => {
    const files = { '/run/s': `${secret}\n` };
    expect(load(['--cluster-secret-file', '/run/s'], {}, files).clusterSecret).toBe(secret);
    expect(load([], { CONFMAN_CLUSTER_SECRET_FILE: '/run/s' }, files).clusterSecret).toBe(secret);
  });

  test('refuses a secret that is set in two ways at once', () => {
    const env = { CONFMAN_CLUSTER_SECRET_FILE: '/run/s', CONFMAN_CLUSTER_SECRET: secret };
    expect(faults([], env, { '/run/s': secret }).join()).toContain(
      'both variable CONFMAN_CLUSTER_SECRET and variable CONFMAN_CLUSTER_SECRET_FILE',
    );
  });

  test('never repeats a secret in a complaint about it', () => {
    const [fault] = faults(['--admin-key', 'hunter2']);
    expect(fault).toContain('admin-key');
    expect(fault).not.toContain('hunter2');
  });
});

describe('the loopback rule', () => {
  test('wants TLS or --insecure on ports that other machines can reach', () => {
    const beyond = ['--listen', '10.0.0.5:6100', '--peer-listen', '10.0.0.5:6101'];
    expect(faults(beyond)).toHaveLength(2);
    expect(faults([...beyond, '--insecure'])).toEqual([]);
    const tls = ['--tls-cert', 'c', '--tls-key', 'k', '--peer-tls-cert', 'c', '--peer-tls-key', 'k', '--peer-tls-ca', 'a'];
    expect(load([...beyond, ...tls])).toMatchObject({
      advertiseUrl: 'https://10.0.0.5:6100',
      tls: { certFile: '/work/c', keyFile: '/work/k' },
    });
  });

  test.each(['127.0.0.1', '127.9.9.9', 'localhost', '[::1]'])('leaves %s alone', (host) => {
    expect(faults(['--listen', `${host}:6100`])).toEqual([]);
  });

  test.each(['0.0.0.0', '[::]'])('wants an advertised address beside the wildcard %s', (host) => {
    const argv = ['--insecure', '--listen', `${host}:6100`, '--peer-listen', `${host}:6101`];
    expect(faults(argv)).toHaveLength(2);
    expect(faults([...argv, '--advertise-url', 'http://c1:6100', '--advertise-peer', 'c1:6101'])).toEqual([]);
    // The list already says where the others find this node.
    expect(faults([...argv, '--advertise-url', 'http://c1:6100', '--initial-cluster', 'n1=c1:6101'])).toEqual([]);
  });
});

describe('faults', () => {
  test.each([
    [['--lisen', 'x'], 'unknown flag --lisen (did you mean --listen?)'],
    [['--listen'], '--listen needs a value'],
    [['--id', 'n1', '--id', 'n2'], '--id is given twice'],
    [['stray'], 'unexpected argument "stray"'],
    [['--no-listen'], 'unknown flag --no-listen'],
    [['--tick', '100'], 'a duration needs a number and a unit'],
    [['--listen', 'localhost'], 'an address is host:port'],
    [['--listen', '127.0.0.1:0'], 'port from 1 to 65535'],
    [['--max-value-bytes', '9MiB'], 'from 1 to 8MiB'],
    [['--election-timeout', '150ms'], 'whole multiple of tick'],
    [['--initial-cluster', 'n2=127.0.0.1:1'], 'does not list this node, n1'],
    [['--initial-cluster', three], 'cluster-secret'],
    [['--join', 'http://n1:6100'], 'cluster-secret'],
    [['--join', 'http://n1:6100', '--initial-cluster', 'n1=127.0.0.1:1'], 'exclude each other'],
    [['--advertise-url', 'ftp://x'], 'a base URL is'],
    [['--tls-cert', 'c'], 'tls-cert and tls-key belong together'],
    [['--peer-listen', '127.0.0.1:6100'], 'different ports'],
    [['--api-door', 'side'], 'expected one of node, next'],
    [['--config', 'absent.yaml'], 'no file absent.yaml'],
  ])('refuses %j', (argv, message) => {
    expect(faults(argv).join('\n')).toContain(message);
  });

  test('says all faults at once', () => {
    expect(faults(['--tick', '7', '--id', '-', '--log-level', 'loud'])).toHaveLength(3);
  });

  test('refuses unknown, repeated and shapeless fields of a file', () => {
    const json = JSON.stringify({ lisen: 'x', 'log-level': 'info', logLevel: 'warn', data: null });
    const found = faults(['--config', 'f.json'], {}, { 'f.json': json }).join('\n');
    expect(found).toContain('there is no setting "lisen"');
    expect(found).toContain('logLevel is set twice');
    expect(found).toContain('field data must be text');
  });
});

/** Values for settings that are absent by default. */
const samples: Readonly<Record<string, string>> = {
  join: 'http://node-1:6100',
  'advertise-url': 'http://node-1:6100',
  'advertise-peer': 'node-1:6101',
  'tls-cert': 'cert.pem',
  'tls-key': 'key.pem',
  'peer-tls-cert': 'cert.pem',
  'peer-tls-key': 'key.pem',
  'peer-tls-ca': 'ca.pem',
  'cluster-secret': secret,
  'admin-key': 'confman_0123456789abcdef',
};

/** What a setting cannot stand without. */
const needs: Readonly<Record<string, readonly string[]>> = {
  join: ['--cluster-secret', secret],
  'tls-cert': ['--tls-key', 'k'],
  'tls-key': ['--tls-cert', 'c'],
  'peer-tls-cert': ['--peer-tls-key', 'k', '--peer-tls-ca', 'a'],
  'peer-tls-key': ['--peer-tls-cert', 'c', '--peer-tls-ca', 'a'],
  'peer-tls-ca': ['--peer-tls-cert', 'c', '--peer-tls-key', 'k'],
};
