import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createClient } from './create-client.ts';
import { systemEnvironment } from './environment.ts';
import { eventText, problem, ScriptedServer, versioned } from './testing/scripted-server.ts';
import type { ServerResponse } from 'node:http';
import type { ConfmanClient } from './create-client.ts';
import type { Scripted } from './testing/scripted-server.ts';
import type { ClientOptions } from './types.ts';
import type { WatchItem, WatchOptions } from './watch.ts';

const history = 'aaaaaaaa.00000001';

let server: ScriptedServer;
let other: ScriptedServer;
beforeEach(async () => {
  server = await ScriptedServer.start();
  other = await ScriptedServer.start();
});
afterEach(async () => {
  await Promise.all([server.stop(), other.stop()]);
});

function client(options: Partial<ClientOptions> = {}): ConfmanClient {
  return createClient({ endpoints: [server.url], environment: { ...systemEnvironment, random: () => 0 }, ...options });
}

const change = (index: number): string =>
  eventText('change', `${history}/1:${index}`, { version: `1:${index}`, changes: [], actor: '', message: '', hlc: '' });

/** Streams the texts, each in a write of its own, then ends, cuts or stays silent. */
function stream(texts: readonly string[], end: 'end' | 'cut' | 'stay', headers: Record<string, string> = {}): Scripted {
  return {
    handle: (response: ServerResponse) => {
      response.writeHead(200, { 'content-type': 'text/event-stream', ...headers });
      response.flushHeaders();
      for (const text of texts) response.write(text);
      if (end === 'end') response.end();
      // Only once everything is on its way.
      if (end === 'cut') response.write(': bye\n\n', () => response.socket?.destroySoon());
    },
  };
}

async function collect(confman: ConfmanClient, options: WatchOptions, until: number): Promise<readonly string[]> {
  const items: string[] = [];
  for await (const item of confman.watch(options)) {
    items.push(describeItem(item));
    if (items.length === until) break;
  }
  return items;
}

function describeItem(item: WatchItem): string {
  return item.type === 'compacted' ? `compacted ${item.reason}` : `${item.type} ${item.token.replace(`${history}/`, '')}`;
}

describe('watch', () => {
  test('goes on after the last event over broken streams and other nodes, without gap or repetition', async () => {
    server.script(() => stream([change(5), change(6)], 'cut'));
    // The other node overlaps: what was seen already is not given again.
    other.script((_, number) => (number === 1 ? stream([change(6), change(7)], 'end') : stream([change(8)], 'stay')));
    expect(
      await collect(
        client({ endpoints: [server.url, other.url] }),
        { since: `${history}/1:4`, namespace: 'a', prefix: 'k/', values: true },
        4,
      ),
    ).toEqual(['change 1:5', 'change 1:6', 'change 1:7', 'change 1:8']);
    expect(server.asked[0]?.path).toBe(`/api/v1/watch?namespace=a&prefix=k%2F&values=true&since=${encodeURIComponent(`${history}/1:4`)}`);
    expect(other.asked[0]?.headers['last-event-id']).toBe(`${history}/1:6`);
    expect(other.asked[0]?.path).not.toContain('since');
    expect([...server.asked, ...other.asked].map(({ headers }) => headers['last-event-id'])).toContain(`${history}/1:7`);
  });

  test('resumes where a watch from now on began, even if it broke before its first event', async () => {
    server.script((_, number) =>
      number === 1 ? stream([], 'end', { 'x-confman-token': `${history}/1:40` }) : stream([change(41)], 'stay'),
    );
    expect(await collect(client(), {}, 1)).toEqual(['change 1:41']);
    expect(server.asked.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, `${history}/1:40`]);
  });

  test('moves its resume point on by bookmarks', async () => {
    server.script((_, number) =>
      number === 1 ? stream([eventText('bookmark', `${history}/1:90`, { version: '1:90' })], 'end') : stream([change(91)], 'stay'),
    );
    expect(await collect(client(), { since: `${history}/1:4` }, 2)).toEqual(['bookmark 1:90', 'change 1:91']);
    expect(server.asked[1]?.headers['last-event-id']).toBe(`${history}/1:90`);
  });

  test('keeps the resume points of several groups apart', async () => {
    const payments = eventText('change', `${history}/payments=3:7`, { version: 'payments=3:7', changes: [] });
    server.script((_, number) => (number === 1 ? stream([change(5), payments], 'end') : stream([payments, change(6)], 'stay')));
    expect(await collect(client(), { since: `${history}/1:4` }, 3)).toEqual(['change 1:5', 'change payments=3:7', 'change 1:6']);
    expect(server.asked[1]?.headers['last-event-id']).toBe(`${history}/1:5,${history}/payments=3:7`);
  });

  test('ends with compacted when history is gone, or not of this cluster', async () => {
    server.script(() => stream([eventText('compacted', null, { oldest: '1:50', token: '' })], 'end'));
    expect(await collect(client(), { since: '1:4' }, 9)).toEqual(['compacted retention']);
    server.script(() => problem('version-lost-in-restore', { history }));
    expect(await collect(client(), { since: `${history}/1:4` }, 9)).toEqual(['compacted history-changed']);
  });

  test('takes silence for a dead node', async () => {
    server.script((_, number) => stream(number === 1 ? [change(5)] : [change(6)], 'stay'));
    expect(await collect(client({ timeouts: { streamIdleMs: 400 } }), { since: '1:4' }, 2)).toEqual(['change 1:5', 'change 1:6']);
    expect(server.asked).toHaveLength(2);
  });

  test('throws what will not get better, and the end that its caller makes', async () => {
    server.script(() => problem('forbidden'));
    await expect(collect(client(), {}, 1)).rejects.toMatchObject({ code: 'forbidden' });
    server.script((_, number) => (number === 2 ? problem('node-stopping') : stream([change(5)], 'stay')));
    const controller = new AbortController();
    const seen: string[] = [];
    const run = async (): Promise<void> => {
      for await (const item of client().watch({ since: '1:4', signal: controller.signal })) {
        seen.push(describeItem(item));
        controller.abort();
      }
    };
    await expect(run()).rejects.toMatchObject({ code: 'aborted' });
    expect(seen).toEqual(['change 1:5']);
  });

  test('reads events in pieces of any size', async () => {
    const text = change(5) + change(6);
    server.script(() => stream(text.split(''), 'stay'));
    expect(await collect(client(), { since: '1:4' }, 2)).toEqual(['change 1:5', 'change 1:6']);
  });

  test('makes later reads at least as new as the changes it has given', async () => {
    server.script(() => stream([change(5)], 'stay'));
    const confman = client();
    await collect(confman, { since: '1:4' }, 1);
    expect(confman.session.export().token).toBe(`${history}/1:5`);
  });
});

describe('follow', () => {
  test('lists, watches from that state, and lists again when changes are lost', async () => {
    let lists = 0;
    server.script(({ path, headers }) => {
      if (path.includes('/config?')) return versioned(`${history}/1:${++lists * 10}`, { items: [{ key: `k${lists}` }], nextCursor: null });
      if (path.includes('since=') && headers['last-event-id'] === undefined && lists === 1)
        return stream([change(11), eventText('compacted', null, { oldest: '1:15', token: '' })], 'end');
      return stream([change(21)], 'stay');
    });
    const items: string[] = [];
    for await (const item of client().follow('app', { prefix: 'k' })) {
      items.push(item.type === 'snapshot' ? `snapshot ${item.entries.map(({ key }) => key).join()}` : `change ${item.change.version}`);
      if (items.length === 4) break;
    }
    expect(items).toEqual(['snapshot k1', 'change 1:11', 'snapshot k2', 'change 1:21']);
    expect(server.asked.filter(({ path }) => path.includes('/watch')).map(({ path }) => decodeURIComponent(path))).toEqual([
      `/api/v1/watch?namespace=app&prefix=k&values=true&since=${history}/1:10`,
      `/api/v1/watch?namespace=app&prefix=k&values=true&since=${history}/1:20`,
    ]);
  });
});

describe('console events', () => {
  test('says when a connection stands and when it is gone', async () => {
    server.script((_, number) => (number === 1 ? stream([eventText('cluster', null, { node: 'n1' })], 'end') : stream([], 'stay')));
    const items: string[] = [];
    for await (const event of client().events({ topics: ['cluster', 'changes'] })) {
      items.push(event.type === 'event' ? `${event.event} ${JSON.stringify(event.data)}` : event.type);
      if (items.length === 4) break;
    }
    expect(items).toEqual(['connected', 'cluster {"node":"n1"}', 'disconnected', 'connected']);
    expect(server.asked[0]?.path).toBe('/api/v1/events?topics=cluster%2Cchanges');
  });
});
