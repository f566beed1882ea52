/** A member's names and addresses, as configuration changes carry them (`ConfChange.context`) and the state keeps them. */
export interface MemberInfo {
  /** Raft id: `name@incarnation`. */
  readonly id: string;
  readonly name: string;
  readonly incarnation: string;
  /** `host:port` of the peer port as others reach it. */
  readonly peer: string;
  /** Base URL of the public port as clients reach it. */
  readonly url: string;
  /** Of a member that was added to a formed cluster: drawn by its disk, so that no second one comes in its name; null until it has come. */
  readonly claim?: string | null | undefined;
  /** Id of the member whose place it takes when it becomes a voter. */
  readonly replaces?: string | undefined;
}
