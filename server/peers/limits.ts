import type { PeerLimits } from './types.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

export const PEER_LIMITS: PeerLimits = {
  handshakeMsMax: 5_000,
  handshakeBytesMax: 4 * KIB,
  unauthenticatedMax: 64,
  refusalLogMs: 60_000,
  pingMs: 500,
  silenceMsMax: 3_000,
  reconnectMsMin: 50,
  reconnectMsMax: 1_000,
  raftFrameBytesMax: 32 * MIB,
  raftQueueBytesMax: 64 * MIB,
  bulkChunkBytesMax: 60 * KIB,
  requestsMax: 1_024,
  requestBytesMax: 16 * MIB,
  requestQueueBytesMax: 64 * MIB,
  streamsMax: 4,
  streamWindowBytes: 512 * KIB,
};

/** A bulk frame with head and fields stays within 64 KiB. */
export const BULK_FRAME_BYTES_MAX = 64 * KIB;
