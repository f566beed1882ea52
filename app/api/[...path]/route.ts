import { serveThroughApi } from '../../_server/api-door.ts';

/** The REST API through Next: the same application behind another door. */
export {
  serveThroughApi as GET,
  serveThroughApi as HEAD,
  serveThroughApi as POST,
  serveThroughApi as PUT,
  serveThroughApi as PATCH,
  serveThroughApi as DELETE,
  serveThroughApi as OPTIONS,
};
