import { serveThroughApi } from '../_server/api-door.ts';

/** Prometheus metrics under plain Next hosting. */
export { serveThroughApi as GET, serveThroughApi as HEAD };
