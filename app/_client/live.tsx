'use client';

import { useQueryClient } from '@tanstack/react-query';
import type { ReactElement, ReactNode } from 'react';
import { createContext, useContext, useEffect, useEffectEvent, useState, useSyncExternalStore } from 'react';
import { ClusterStrip } from '../../components/cluster/strip.tsx';
import { useNow } from '../../components/time.tsx';
import type { ClusterStatus } from '../../lib/contract/cluster.ts';
import type { AuditEvent } from '../../lib/contract/model.ts';
import type { WatchEvent } from '../../lib/contract/schemas/audit.ts';
import type { MovesEvent, Registry } from '../../lib/contract/schemas/shards.ts';
import type { Answer } from '../../lib/client/types.ts';
import { keys } from '../../lib/queries/keys.ts';
import { useConsole } from './console.tsx';
import { EntryLists } from './entry-lists.ts';
import type { LiveState } from './live-stream.ts';
import { LiveStream } from './live-stream.ts';

/** How far back the chart of the strip reaches. */
const STRIP_MS = 60_000;

const Context = createContext<LiveStream | null>(null);

/** Live state of the cluster and of the stream that brings it. */
export function useLive(): LiveState {
  const stream = useContext(Context);
  if (stream === null) throw new Error('useLive is for pages below the console layout');
  return useSyncExternalStore(stream.subscribe, stream.state, stream.state);
}

/** Calls back for each event of the stream, whichever tab holds it. */
export function useLiveEvents(onEvent: (event: string, data: unknown) => void): void {
  const stream = useContext(Context);
  const heard = useEffectEvent(onEvent);
  useEffect(() => stream?.listen((event, data) => heard(event, data)), [stream]);
}

/** Keeps the page up to date by events: the cluster's status, and whatever changes in the configuration. */
export function LiveProvider({
  first,
  renderedAt,
  children,
}: {
  readonly first: ClusterStatus | null;
  readonly renderedAt: number;
  readonly children: ReactNode;
}): ReactElement {
  const { reader, clusterId } = useConsole();
  const queries = useQueryClient();
  const [lists] = useState(() => new EntryLists(queries, reader));
  const [stream] = useState(
    () =>
      new LiveStream(reader.client, `confman-events-${clusterId}`, first, renderedAt, {
        onGap: () => void queries.invalidateQueries(),
        onEvent: (event, data) => {
          if (event === 'change') invalidateChanged((data as WatchEvent).changes);
          if (event === 'moves') takeMoves(data as MovesEvent);
          if (event === 'audit') invalidateToldBy((data as AuditEvent).action);
        },
      }),
  );

  /** How far moves have come goes into what is shown; where the registry is another one than that, it is asked for. */
  function takeMoves({ epoch, moves }: MovesEvent): void {
    const known = queries.getQueryData<Answer<Registry>>(keys.registry());
    if (known === undefined || epoch < known.data.epoch) return;
    if (epoch > known.data.epoch) void queries.invalidateQueries({ queryKey: keys.registry() });
    else queries.setQueryData(keys.registry(), { ...known, data: { ...known.data, moves } });
  }

  function invalidateToldBy(action: AuditEvent['action']): void {
    if (action.startsWith('key.')) void queries.invalidateQueries({ queryKey: keys.apiKeys() });
    if (!/^(?:group|routes|move|range)\./.test(action)) return;
    for (const queryKey of [keys.registry(), keys.moveTimes(), ['placement']]) void queries.invalidateQueries({ queryKey });
  }

  function invalidateChanged(changes: WatchEvent['changes']): void {
    const namespaces = new Set(changes.map(({ namespace }) => namespace));
    for (const namespace of namespaces) {
      const here = changes.filter((change) => change.namespace === namespace);
      lists.changed(namespace, here.some(({ key }) => key === null) ? null : here.flatMap(({ key }) => (key === null ? [] : [key])));
      void queries.invalidateQueries({ queryKey: keys.namespace(namespace) });
      void queries.invalidateQueries({ queryKey: keys.deleted(namespace) });
    }
    for (const { namespace, key } of changes) {
      if (key === null) continue;
      void queries.invalidateQueries({ queryKey: keys.entry(namespace, key) });
      void queries.invalidateQueries({ queryKey: keys.history(namespace, key) });
    }
    // A change of a value moves no namespace; a new or deleted key changes a count.
    if (changes.some(({ previousRevision, op }) => op !== 'put' || previousRevision === null))
      void queries.invalidateQueries({ queryKey: keys.namespaces() });
  }

  useEffect(() => {
    const ending = new AbortController();
    void stream.run(ending.signal);
    return () => ending.abort();
  }, [stream]);

  return <Context value={stream}>{children}</Context>;
}

/** The strip on every page, fed by the stream. */
export function LiveStrip(): ReactElement {
  const live = useLive();
  const now = useNow(1000);
  const nowMs = Math.max(now, live.statusAtMs ?? 0);
  return (
    <ClusterStrip
      status={live.status}
      connection={live.connection}
      ageMs={live.statusAtMs === null ? null : nowMs - live.statusAtMs}
      samples={live.samples.filter(({ atMs }) => atMs > nowMs - STRIP_MS * 1.5)}
      nowMs={nowMs}
      spanMs={STRIP_MS}
    />
  );
}
