import { crc32c } from '@node-rs/crc32';

/** A call into the native code costs about as much as this many bytes here. */
const SHORT_BYTES = 96;

/** CRC32C by byte, reflected polynomial 0x82f63b78 (RFC 3720, appendix B.4). */
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit += 1) crc = (crc & 1) === 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  return crc;
});

/** CRC32C of `bytes[start, end)`, continued from `seed`, which is the checksum of what came before, or any salt. */
export function checksum(bytes: Uint8Array, start: number, end: number, seed: number): number {
  if (end - start > SHORT_BYTES) {
    return crc32c(start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end), seed);
  }
  let crc = ~seed;
  for (let i = start; i < end; i += 1) crc = (TABLE[(crc ^ (bytes[i] ?? 0)) & 0xff] ?? 0) ^ (crc >>> 8);
  return ~crc >>> 0;
}
