/** Reads server-sent events in tests: waits for what is expected instead of sleeping. */

export interface Received {
  readonly event: string;
  readonly id: string | null;
  readonly data: Record<string, unknown>;
}

export class EventReader {
  readonly response: Response;
  readonly #reader: ReadableStreamDefaultReader<string>;
  readonly #abort: AbortController;
  readonly #received: Received[] = [];
  #text = '';
  ended = false;

  private constructor(response: Response, reader: ReadableStreamDefaultReader<string>, abort: AbortController) {
    this.response = response;
    this.#reader = reader;
    this.#abort = abort;
  }

  static async open(url: string, headers: Readonly<Record<string, string>>): Promise<EventReader> {
    const abort = new AbortController();
    const response = await fetch(url, { headers, signal: abort.signal });
    if (response.body === null) throw new Error(`${url} has no body`);
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    return new EventReader(response, reader, abort);
  }

  /** The next event that fits; those before it are dropped. Null when the stream ends first. */
  async next(fits: (event: Received) => boolean): Promise<Received | null> {
    for (;;) {
      for (let event = this.#received.shift(); event !== undefined; event = this.#received.shift()) {
        if (fits(event)) return event;
      }
      if (this.ended || !(await this.#more())) return null;
    }
  }

  async #more(): Promise<boolean> {
    const { done, value } = await this.#reader.read().catch(() => ({ done: true, value: undefined }));
    this.ended = done;
    this.#text += value ?? '';
    for (let end = this.#text.indexOf('\n\n'); end !== -1; end = this.#text.indexOf('\n\n')) {
      const block = this.#text.slice(0, end);
      this.#text = this.#text.slice(end + 2);
      const fields = new Map(
        block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)] as const),
      );
      const [event, data] = [fields.get('event'), fields.get('data')];
      if (event !== undefined && data !== undefined)
        this.#received.push({ event, id: fields.get('id') ?? null, data: JSON.parse(data) as Record<string, unknown> });
    }
    return !done;
  }

  close(): void {
    this.#abort.abort();
  }
}
