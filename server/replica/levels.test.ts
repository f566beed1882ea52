import { describe, expect, test } from 'vitest';
import { encodeCommand } from '../state/codec.ts';
import { COMMAND_LEVEL_MAX } from '../state/levels.ts';
import type { Hello, PeerState } from '../peers/types.ts';
import { proposeQueued } from './drain-proposals.ts';
import { commonToMembers, spokenLevels, tooOld } from './levels.ts';
import { ProposalQueue } from './proposal-queue.ts';

const NEXT = COMMAND_LEVEL_MAX + 1;

function hello(name: string, levelMax: number, levelMin = 1): Hello {
  return {
    name,
    formed: true,
    clusterId: 'c',
    lineageId: 'l',
    incarnation: 'i',
    listHash: null,
    peerAddress: `${name}:1`,
    url: `http://${name}`,
    levelMin,
    levelMax,
    buildVersion: '9.9.9',
  };
}

function state(change: Partial<PeerState>): PeerState {
  return {
    connected: true,
    raftConnected: true,
    bulkConnected: true,
    lastHeardMs: 0,
    rttMs: 1,
    bytesIn: 0,
    bytesOut: 0,
    refused: null,
    hello: null,
    ...change,
  };
}

const members = ['n1', 'n2', 'n3'].map((name) => ({ id: `${name}@i`, name, incarnation: 'i', peer: `${name}:1`, url: `http://${name}` }));

function common(peers: Readonly<Record<string, PeerState | null>>): number | null {
  return commonToMembers('n1', members, { state: (name) => peers[name] ?? null });
}

describe('the level of a cluster', () => {
  test('is one that every member knows, and unknown while one is away', () => {
    const newer = state({ hello: hello('n2', NEXT) });
    expect(common({ n2: newer, n3: newer })).toBe(COMMAND_LEVEL_MAX);
    expect(common({ n2: newer, n3: state({ hello: hello('n3', 0) }) })).toBe(0);
    expect(common({ n2: newer, n3: state({ hello: hello('n3', NEXT), connected: false }) })).toBeNull();
    expect(common({ n2: newer, n3: null })).toBeNull();
    expect(commonToMembers('n1', members.slice(0, 1), { state: () => null })).toBe(COMMAND_LEVEL_MAX);
  });

  test('is the lowest that its members speak to others', () => {
    expect(spokenLevels(null)).toEqual({ levelMin: 1, levelMax: COMMAND_LEVEL_MAX });
    expect(spokenLevels(COMMAND_LEVEL_MAX)).toEqual({ levelMin: COMMAND_LEVEL_MAX, levelMax: COMMAND_LEVEL_MAX });
  });

  test('ends a program that does not know it, by the word of a member of the same cluster alone', () => {
    const own = { clusterId: 'c', lineageId: 'l' };
    const refused = (remote: Hello | null, reason: 'level' | 'removed' = 'level') => ({ reason, by: 'peer', hello: remote }) as const;
    expect(tooOld(own, refused(hello('n2', NEXT, NEXT)))).toContain(`risen to level ${NEXT}, as n2 says (version 9.9.9)`);
    expect(tooOld(own, refused(hello('n2', NEXT, COMMAND_LEVEL_MAX)))).toBeNull();
    expect(tooOld(own, refused(hello('n2', NEXT, NEXT), 'removed'))).toBeNull();
    expect(tooOld({ ...own, lineageId: 'other' }, refused(hello('n2', NEXT, NEXT)))).toBeNull();
    expect(tooOld({ clusterId: null, lineageId: null }, refused({ ...hello('n2', NEXT, NEXT), clusterId: null }))).toBeNull();
    expect(tooOld(own, refused(null))).toBeNull();
    expect(tooOld(own, null)).toBeNull();
  });

  test('is a bound for what a leader proposes: above it a command is certainly not proposed', () => {
    const command = encodeCommand({
      level: COMMAND_LEVEL_MAX,
      actor: { keyId: 'k', name: 'k' },
      requestId: 'r',
      idempotency: null,
      body: { type: 'delete-namespace', namespace: 'a' },
    });
    const above = Uint8Array.from(command);
    above[0] = NEXT;
    const outcomes: string[] = [];
    const proposals = new ProposalQueue();
    for (const [name, bytes] of [
      ['at', command],
      ['above', above],
    ] as const) {
      proposals.push({
        bytes,
        deadlineMs: 1,
        forward: 'always',
        frees: true,
        forwarded: false,
        settle: (outcome) => outcomes.push(`${name} ${outcome.kind} ${outcome.kind === 'refused' ? outcome.code : ''}`),
      });
    }
    const proposed: Uint8Array[] = [];
    proposeQueued({
      core: {
        propose: (datas: readonly Uint8Array[]) => {
          proposed.push(...datas);
          return { kind: 'accepted', term: 1, firstIndex: 1 };
        },
      } as never,
      proposals,
      stamper: { stamp: (bytes: Uint8Array) => bytes } as never,
      wallMs: 0,
      storageFull: false,
      level: COMMAND_LEVEL_MAX,
    });
    expect(proposed).toEqual([command]);
    expect(outcomes).toEqual(['above refused not-ready']);
  });
});
