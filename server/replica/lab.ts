import type { LabState } from '../engine/types.ts';
import type { ReplicaHost } from './host.ts';
import type { PeerTransport } from '../peers/types.ts';

/** Fault injection for demonstrations and tests (CONFMAN_LAB=1): what is switched on now, and switching it. */
export class Lab {
  #state: LabState = { holdApply: false, dropPeers: [], clockOffsetMs: 0 };

  get state(): LabState {
    return this.#state;
  }

  /** Only what `change` names changes; it replaces what was there before. */
  set(change: Partial<LabState>, host: ReplicaHost, transport: PeerTransport): LabState {
    this.#state = { ...this.#state, ...change };
    for (const group of host.groups()) host.replica(group)?.applying.hold(this.#state.holdApply);
    host.wake();
    transport.dropPeers(this.#state.dropPeers);
    return this.#state;
  }
}
