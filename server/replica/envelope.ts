/** A JSON header with a binary tail: the bodies of requests between nodes. `[u32 header length][header][tail]`. */

const HEADER_BYTES_MAX = 1024 * 1024;

export interface Envelope {
  readonly header: unknown;
  readonly tail: Uint8Array;
}

export function packEnvelope(header: unknown, tail: Uint8Array = new Uint8Array(0)): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify(header));
  const out = new Uint8Array(4 + text.byteLength + tail.byteLength);
  new DataView(out.buffer).setUint32(0, text.byteLength);
  out.set(text, 4);
  out.set(tail, 4 + text.byteLength);
  return out;
}

/** @throws RangeError or SyntaxError when the bytes are no envelope */
export function unpackEnvelope(bytes: Uint8Array): Envelope {
  if (bytes.byteLength < 4) throw new RangeError('an envelope has at least 4 bytes');
  const length = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0);
  if (length > HEADER_BYTES_MAX || 4 + length > bytes.byteLength)
    throw new RangeError(`an envelope header of ${length} bytes does not fit`);
  const header: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(4, 4 + length)));
  return { header, tail: bytes.subarray(4 + length) };
}
