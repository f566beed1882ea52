/**
 * The classic mistakes, each as one change to the text of one file: found there exactly once, or the mutant does not count.
 * `alarm` says what the checkers must cry.
 */
export interface Mutant {
  readonly name: string;
  /** Rule of design/raft.md that is broken. */
  readonly rule: string;
  /** From the root of the checkout. */
  readonly file: string;
  readonly find: string;
  readonly put: string;
  readonly alarm: RegExp;
  /** Seeds within which the alarm has to come. */
  readonly seedsMax: number;
  readonly state?: 'sqlite' | undefined;
}

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'a vote that leaves before it is on disk',
    rule: 'E2',
    file: 'server/raft/outbox.ts',
    find: "'vote-resp': 'everything'",
    put: "'vote-resp': 'nothing'",
    alarm: /sends vote-resp of term \d+, on its disk is|grants .* its vote/,
    seedsMax: 5,
  },
  {
    name: 'a vote that is forgotten by a restart',
    rule: 'E2',
    file: 'server/replica/raft-storage.ts',
    find: 'hardState: { ...stored, commit }',
    put: 'hardState: { ...stored, vote: null, commit }',
    alarm: /votes for .* and for .* in term|two leaders in term/,
    seedsMax: 400,
  },
  {
    name: 'a vote for a candidate with an older log',
    rule: 'E1',
    file: 'server/raft/log.ts',
    find: 'return last.term > lastTerm || (last.term === lastTerm && last.index >= this.lastIndex());',
    put: 'return last.term >= 0 || lastTerm >= 0;',
    alarm: /without the committed entry|acknowledged|contradicts|beyond|committed/,
    seedsMax: 200,
  },
  {
    name: "a commit of an earlier term's entry by counting",
    rule: 'R1',
    file: 'server/raft/leader.ts',
    find: 'if (index <= raft.log.commit || raft.log.term(index) !== raft.term) return;',
    put: 'if (index <= raft.log.commit) return;',
    alarm: /commits \d+ of term \d+ by counting|without the committed entry|contradicts commit/,
    seedsMax: 100,
  },
  {
    name: 'an acknowledgement that leaves before the entries are on disk',
    rule: 'D2',
    file: 'server/raft/outbox.ts',
    find: "'app-resp': 'everything'",
    put: "'app-resp': 'hard-state'",
    alarm: /acknowledges \d+, its disk ends at|counts as committed, but only/,
    seedsMax: 5,
  },
  {
    name: 'a leader that counts itself before its own disk',
    rule: 'D3',
    file: 'server/raft/leader.ts',
    find: 'self.maybeUpdate(raft.log.durableIndex)',
    put: 'self.maybeUpdate(raft.log.lastIndex())',
    alarm: /counts as committed, but only/,
    seedsMax: 100,
  },
  {
    name: 'a read index before a commit in the term',
    rule: 'C1',
    file: 'server/raft/reads.ts',
    find: 'raft.committedInOwnTerm() ? raft.log.commit : null',
    put: 'raft.log.commit',
    alarm: /stale read/,
    seedsMax: 300,
  },
  {
    name: 'a read index without a quorum',
    rule: 'C1',
    file: 'server/raft/reads.ts',
    find: 'for (const read of raft.leaderReads.takeConfirmed(raft.tracker.conf, raft.id)) answer(raft, read);',
    put: 'for (const read of raft.leaderReads.takeConfirmed({ ...raft.tracker.conf, voters: [raft.id], votersOutgoing: [] }, raft.id)) answer(raft, read);',
    alarm: /stale read/,
    seedsMax: 300,
  },
  {
    name: 'an applied index that is not atomic with its effects',
    rule: 'D13',
    file: 'server/state/sqlite-state-machine.ts',
    find: '      const applied = inputs.map((input) => this.#applyOne(input));\n      this.#context.flushCounts();\n      this.#writeProgress();\n',
    put: '      this.#writeProgress();\n      const applied = inputs.map((input) => this.#applyOne(input));\n      this.#context.flushCounts();\n',
    alarm: /answers from|shows|the reference says|reports/,
    seedsMax: 5,
    state: 'sqlite',
  },
  {
    name: 'a delayed append that cuts the log',
    rule: 'R4',
    file: 'server/raft/log.ts',
    find: 'const fresh = entries.findIndex((entry) => !this.matchTerm(entry));',
    put: 'const fresh = entries.length > 0 ? Math.max(0, entries.findIndex((entry) => entry.index > this.#commit)) : -1;',
    alarm: /acknowledges|counts as committed|without the committed entry|contradicts|log regression|on its own disk/,
    seedsMax: 300,
  },
  {
    name: 'a heartbeat that names more than its receiver has proved',
    rule: 'R3',
    file: 'server/raft/replication.ts',
    find: 'const commit = Math.min(progress.match, raft.log.commit);',
    put: 'const commit = raft.log.commit;',
    alarm: /ends: group default cannot go on|applies/,
    seedsMax: 50,
  },
  {
    name: 'a log that is cut before the state behind it is durable',
    rule: 'R13',
    file: 'server/replica/checkpoints.ts',
    find: 'const durable = replica.machine.checkpoint();',
    put: 'const durable: number | null = replica.machine.applied().index;',
    alarm: /goes out of service: the log of group default starts after/,
    seedsMax: 60,
  },
  {
    name: 'a snapshot that is acknowledged before the log has its mark',
    rule: 'R10',
    file: 'server/replica/group-replica.ts',
    find: 'if (installed) this.#persist(ready);',
    put: 'if (installed && ready.snapshot !== undefined) this.#core.onPersisted(ready.number);\n    else if (installed) this.#persist(ready);',
    alarm: /acknowledges|cannot go on|out of service|on its own disk|on its disk/,
    seedsMax: 100,
  },
  {
    name: "stamps that do not rise above an earlier leader's",
    rule: 'spec 4, 5',
    file: 'server/replica/group-replica.ts',
    find: 'if (leads) this.#raiseStamps();',
    put: '',
    alarm: /is not above/,
    seedsMax: 400,
  },
  {
    name: 'an idempotency key that is not looked up',
    rule: 'C6',
    file: 'server/state/apply/command.ts',
    find: 'if (first !== undefined) {',
    put: 'if (first !== undefined && first.request !== idempotency.request) {',
    alarm: /the reference says|UNIQUE|cannot go on/,
    seedsMax: 60,
    state: 'sqlite',
  },
];
