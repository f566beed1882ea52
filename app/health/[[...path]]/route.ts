import { serveThroughApi } from '../../_server/api-door.ts';

/** Liveness and readiness under plain Next hosting. */
export { serveThroughApi as GET, serveThroughApi as HEAD };
