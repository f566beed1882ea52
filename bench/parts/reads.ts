/** (a) Reads with a version token on a follower, beside a bare node:http and the same route through Next.js. */
import type { LoadResult } from '../load/plan.ts';
import { getPlan, seed } from '../payload.ts';
import { measurePoint, type Point, type Subject } from '../rounds.ts';
import { startBare } from '../subjects/bare.ts';
import { ConfmanCluster } from '../subjects/confman.ts';
import type { Context, Expectation } from './context.ts';

const CONNECTIONS = [1, 16, 64] as const;
/** What is compiled only after some thousand calls is compiled then. */
const WARM_UP_SECONDS = 3;

export const READS = { confman: 'confman', bare: 'node:http', next: 'confman by Next.js', against: 'other checkout' } as const;

interface Door {
  readonly cluster: ConfmanCluster;
  readonly body: string;
  readonly subject: (name: string) => Subject & { readonly warm: () => Promise<LoadResult> };
}

export async function measureReads(context: Context): Promise<readonly Point[]> {
  const { options, root, processes, generator } = context;
  const direct = await openDoor(context, root, 'node');
  const barePort = await startBare(processes, direct.body);
  const barePlan = getPlan(direct.cluster, 'default/0:0');
  const bareLoad = async (connections: number, seconds: number): Promise<LoadResult> =>
    generator.run({ port: barePort, connections, seconds, plan: barePlan });
  const next = await openDoor(context, root, 'next');
  const against = options.against === null ? null : await openDoor(context, options.against, 'node');
  const subjects = [
    direct.subject(READS.confman),
    {
      name: READS.bare,
      run: async (connections: number) => ({ load: await bareLoad(connections, options.seconds) }),
      warm: async () => bareLoad(16, WARM_UP_SECONDS),
    },
    next.subject(READS.next),
    ...(against === null ? [] : [against.subject(READS.against)]),
  ];
  const points: Point[] = [];
  for (const subject of subjects) await subject.warm();
  for (const connections of CONNECTIONS) {
    context.say(`(a) token reads, ${connections} connections`);
    points.push(await measurePoint(subjects, connections, options.rounds));
  }
  for (const door of [direct, next, against]) await door?.cluster.stop();
  return points;
}

async function openDoor(context: Context, root: string, door: 'node' | 'next'): Promise<Door> {
  const { processes, generator, options } = context;
  const cluster = await ConfmanCluster.start(processes, { root, web: door === 'next', door });
  const { leader, follower } = await cluster.roles();
  // The other door of a node opens only when Next has started; writes go the same way.
  if (door === 'next') for (const node of cluster.nodes) await cluster.untilPages(node, '/api/v1/cluster');
  const { token, body } = await seed(cluster, leader);
  const load = async (connections: number, seconds: number): Promise<LoadResult> =>
    generator.run({ port: follower.port, connections, seconds, plan: getPlan(cluster, token) });
  return {
    cluster,
    body,
    subject: (name) => ({
      name,
      run: async (connections) => ({ load: await load(connections, options.seconds) }),
      warm: async () => load(16, WARM_UP_SECONDS),
    }),
  };
}

export function expectReads(points: readonly Point[]): readonly Expectation[] {
  const expected = [
    [READS.bare, 0.3],
    [READS.next, 8],
  ] as const;
  return points
    .filter(({ connections }) => connections > 1)
    .flatMap(({ connections, ratios }) =>
      expected.map(([name, least]) => {
        const measured = ratios[name]?.median ?? Number.NaN;
        return {
          part: 'a',
          what: `token reads at ${connections} connections at least ${least} times ${name}`,
          measured,
          met: measured >= least,
        };
      }),
    );
}
