/** Metrics of the API for Prometheus. Labels are route patterns, never names of namespaces or keys. */
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

export interface MetricSources {
  readonly waiters: () => number;
  readonly belowFloor: () => number;
}

const SECONDS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

export class ApiMetrics {
  readonly #registry = new Registry();
  readonly #requests: Histogram<'method' | 'route' | 'status'>;
  readonly #streams: Gauge<'route'>;
  readonly #signIns: Counter<'result'>;

  constructor(sources: MetricSources) {
    const registers = [this.#registry];
    collectDefaultMetrics({ register: this.#registry });
    this.#requests = new Histogram({
      name: 'confman_http_request_duration_seconds',
      help: 'Time from the headers of a request until its answer was handed to the network',
      labelNames: ['method', 'route', 'status'],
      buckets: SECONDS,
      registers,
    });
    this.#streams = new Gauge({ name: 'confman_event_streams', help: 'Event streams that are open', labelNames: ['route'], registers });
    this.#signIns = new Counter({ name: 'confman_sign_ins_total', help: 'Attempts to sign in', labelNames: ['result'], registers });
    registers[0]?.registerMetric(
      new Gauge({
        name: 'confman_read_waiters',
        help: 'Reads that are waiting for a version or a quorum',
        registers: [],
        collect() {
          this.set(sources.waiters());
        },
      }),
    );
    registers[0]?.registerMetric(
      new Gauge({
        name: 'confman_tokens_below_floor',
        help: 'Token elements accepted although the terms table no longer reaches back to them, since the start',
        registers: [],
        collect() {
          this.set(sources.belowFloor());
        },
      }),
    );
  }

  /** @param startedMs when the request had arrived, on the monotonic clock */
  answered(method: string, route: string, status: number, startedMs: number): void {
    this.#requests.observe({ method, route, status: String(status) }, (performance.now() - startedMs) / 1000);
  }

  streamOpened(route: string): void {
    this.#streams.inc({ route });
  }

  streamClosed(route: string): void {
    this.#streams.dec({ route });
  }

  signIn(result: 'accepted' | 'refused' | 'limited'): void {
    this.#signIns.inc({ result });
  }

  async text(): Promise<string> {
    return this.#registry.metrics();
  }
}
