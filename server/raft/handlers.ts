import { handlePreVote, handlePreVoteResp, handleTimeoutNow, handleVote, handleVoteResp } from './election.ts';
import { handleApp, handleHeartbeat, handleSecondLeader, handleSnap } from './follower.ts';
import { handleAppResp, handleHeartbeatResp } from './leader.ts';
import type { Raft } from './raft.ts';
import { handleReadIndex, handleReadIndexResp, rejectReadIndex } from './reads.ts';
import type { Message, MessageType, Role } from './types.ts';

type Handler<T extends MessageType> = (raft: Raft, message: Extract<Message, { type: T }>) => void;

/** Meant for a role that this node has left, or asked for by nobody. */
function ignore(): void {
  // Nothing to do: the message is late.
}

const follower: { readonly [T in MessageType]: Handler<T> } = {
  vote: handleVote,
  'vote-resp': ignore,
  'pre-vote': handlePreVote,
  'pre-vote-resp': ignore,
  app: handleApp,
  'app-resp': ignore,
  heartbeat: handleHeartbeat,
  'heartbeat-resp': ignore,
  snap: handleSnap,
  'timeout-now': handleTimeoutNow,
  'read-index': rejectReadIndex,
  'read-index-resp': handleReadIndexResp,
};

/** What each role does with each message of its own term. Total: a new role or message does not compile without its cells. */
export const handlers: Record<Role, { readonly [T in MessageType]: Handler<T> }> = {
  follower,
  'pre-candidate': {
    ...follower,
    'pre-vote-resp': handlePreVoteResp,
    'timeout-now': ignore,
    'read-index-resp': ignore,
  },
  candidate: {
    ...follower,
    'vote-resp': handleVoteResp,
    'timeout-now': ignore,
    'read-index-resp': ignore,
  },
  leader: {
    vote: handleVote,
    'vote-resp': ignore,
    'pre-vote': handlePreVote,
    'pre-vote-resp': ignore,
    app: handleSecondLeader,
    'app-resp': handleAppResp,
    heartbeat: handleSecondLeader,
    'heartbeat-resp': handleHeartbeatResp,
    snap: handleSecondLeader,
    'timeout-now': ignore,
    'read-index': handleReadIndex,
    'read-index-resp': ignore,
  },
};
