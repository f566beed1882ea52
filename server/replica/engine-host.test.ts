import { MessageChannel } from 'node:worker_threads';
import { expect, test, vi } from 'vitest';
import type { RelayRequest } from '../engine/types.ts';
import { EngineHost, type EngineHostOptions } from './engine-host.ts';

const request: RelayRequest = { method: 'GET', url: '/', headers: {}, body: null, principal: '{}' };

function host(): EngineHost {
  return new EngineHost({
    nodeId: 'n1',
    runtime: { nowMs: () => 0, wallMs: () => 0, random: () => 0, defer: setImmediate, after: () => () => undefined },
    lab: false,
    staleAfterMs: 1,
    waitersMax: 1,
    services: {},
    backups: { end: () => undefined },
  } as unknown as EngineHostOptions);
}

test('tells whoever asked a thread that has ended at once, asks another thread from then on, and gives its place away', async () => {
  const engines = host();
  const [main, web] = [new MessageChannel(), new MessageChannel()];
  const asked: string[] = [];
  for (const [name, { port1, port2 }] of Object.entries({ main, web })) {
    port2.on('message', (messages: readonly { readonly type: string }[]) => {
      for (const { type } of messages) if (type === 'relay') asked.push(name);
    });
    expect(engines.connect(port1).client).toBe(name === 'main' ? 0 : 1);
    port2.postMessage([{ type: 'serve-relays' }]);
  }
  // What is not served yet is answered with null at once, which is not what this is about.
  let waiting: Promise<unknown> = Promise.resolve(null);
  await vi.waitFor(async () => {
    const relay = engines.serveRelay(request);
    await new Promise((resolve) => setImmediate(resolve));
    expect(asked).toContain('web');
    waiting = relay;
  });
  web.port2.close();
  expect(await waiting).toBeNull();
  asked.length = 0;
  void engines.serveRelay(request);
  await vi.waitFor(() => expect(asked).toEqual(['main']));
  expect(engines.connect(new MessageChannel().port1).client).toBe(1);
  main.port2.close();
});
