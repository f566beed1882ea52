/**
 * The bytes of a backup: two lines of text, the state of every group, one more line. `README.md` shows it.
 *
 * History of the format:
 * - 1: the first.
 */
import { createHash, type Hash } from 'node:crypto';
import { z } from 'zod';

/** The format that this program writes, and the newest that it reads. */
export const BACKUP_FORMAT = 1;

const MAGIC = 'CONFMAN BACKUP ';
const END = 'CONFMAN BACKUP END ';
/** The header of thousands of groups fits; more is no header. */
const HEAD_BYTES_MAX = 4 * 1024 * 1024;
const TAIL_BYTES = END.length + 64 + 1;

const Hex64 = z.string().regex(/^[0-9a-f]{64}$/);
const Id = z.string().regex(/^[0-9a-f]{8}$/);
const Count = z.int().min(0);

/** One group in a backup: its state, as applied up to (term, index). */
export const BackupGroup = z.strictObject({
  group: z.string().regex(/^[a-z][a-z0-9-]{0,31}$/),
  term: Count,
  index: Count,
  /** Of the state database that follows. */
  bytes: z.int().min(1),
  sha256: Hex64,
  /** Hash over the content, the same on every replica at this position. */
  stateHash: Hex64,
});
export type BackupGroup = z.infer<typeof BackupGroup>;

/** What a backup says of itself. */
export const BackupHeader = z.strictObject({
  clusterId: Id,
  clusterName: z.string(),
  /** The lineage that was current when it was made. */
  lineageId: Id,
  /** RFC 3339, by the clock of the node that made it. For people. */
  createdAt: z.string(),
  /** Name of the node that made it. */
  node: z.string(),
  /** Version of the program that made it. */
  version: z.string(),
  /** In the order in which their states follow. */
  groups: z.array(BackupGroup).min(1),
});
export type BackupHeader = z.infer<typeof BackupHeader>;

/** Why a file cannot be used. */
export type BackupProblem = 'foreign' | 'newer-format' | 'truncated' | 'damaged';

/** A file that is no whole backup of a format that this program knows; the message is for the operator. */
export class BackupError extends Error {
  override readonly name = 'BackupError';
  readonly kind: BackupProblem;

  constructor(kind: BackupProblem, message: string) {
    super(message);
    this.kind = kind;
  }
}

/** The first two lines. */
export function encodeHead(header: BackupHeader): Buffer {
  return Buffer.from(`${MAGIC}${BACKUP_FORMAT}\n${JSON.stringify(header)}\n`);
}

/** The last line, for a file that begins with `head`. */
export function encodeTail(head: Uint8Array): Buffer {
  return Buffer.from(`${END}${createHash('sha256').update(head).digest('hex')}\n`);
}

/** Size of the whole file. */
export function backupBytes(header: BackupHeader): number {
  return encodeHead(header).length + header.groups.reduce((sum, { bytes }) => sum + bytes, 0) + TAIL_BYTES;
}

/** What is told while a backup is read. Bytes are told before they are proven: only `end` says that all of them are right. */
export interface BackupSink {
  header?(header: BackupHeader): void;
  /** The next bytes of the state of this group. */
  state?(group: BackupGroup, bytes: Uint8Array): void;
}

/** Takes in a backup piece by piece and proves it. */
export class BackupReader {
  readonly #sink: BackupSink;
  #head = Buffer.alloc(0);
  #header: BackupHeader | null = null;
  /** Which group's state comes next; all of them are through when it is their number. */
  #at = 0;
  #left = 0;
  #hash: Hash = createHash('sha256');
  #tail = Buffer.alloc(0);

  constructor(sink: BackupSink = {}) {
    this.#sink = sink;
  }

  /** Null as long as it has not come whole. */
  get header(): BackupHeader | null {
    return this.#header;
  }

  /** @throws BackupError as soon as it is known to be no good backup */
  write(piece: Uint8Array): void {
    let rest = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    if (this.#header === null) rest = this.#takeHead(rest);
    if (this.#header === null) return;
    while (rest.length > 0 && this.#at < this.#header.groups.length) rest = this.#takeState(this.#header.groups, rest);
    if (rest.length === 0) return;
    this.#tail = Buffer.concat([this.#tail, rest.subarray(0, TAIL_BYTES + 1)]);
    if (this.#tail.length > TAIL_BYTES) throw new BackupError('damaged', 'the backup is damaged: something follows its end');
  }

  /**
   * There is no more.
   * @throws BackupError when what came is not a whole, undamaged backup
   */
  end(): BackupHeader {
    const header = this.#header;
    if (header === null) throw this.#head.length < MAGIC.length ? notABackup() : truncated('in its header');
    const waiting = header.groups[this.#at];
    if (waiting !== undefined) throw truncated(`${this.#left} bytes before the end of group ${waiting.group}`);
    if (this.#tail.length < TAIL_BYTES) throw truncated('before its last line');
    if (!this.#tail.equals(encodeTail(this.#head)))
      throw new BackupError('damaged', 'the backup is damaged: its last line does not fit its header');
    return header;
  }

  #takeHead(piece: Buffer): Buffer {
    const all = Buffer.concat([this.#head, piece]);
    checkMagic(all);
    const first = all.indexOf(0x0a);
    const second = first === -1 ? -1 : all.indexOf(0x0a, first + 1);
    if (second === -1) {
      if (all.length > HEAD_BYTES_MAX) throw new BackupError('damaged', 'the backup is damaged: its header has no end');
      this.#head = all;
      return Buffer.alloc(0);
    }
    this.#head = all.subarray(0, second + 1);
    this.#header = parseHeader(all.subarray(first + 1, second));
    this.#left = this.#header.groups[0]?.bytes ?? 0;
    this.#sink.header?.(this.#header);
    return all.subarray(second + 1);
  }

  #takeState(groups: readonly BackupGroup[], piece: Buffer): Buffer {
    const group = groups[this.#at] as BackupGroup;
    const bytes = piece.subarray(0, this.#left);
    this.#hash.update(bytes);
    this.#sink.state?.(group, bytes);
    this.#left -= bytes.length;
    if (this.#left === 0) {
      if (this.#hash.digest('hex') !== group.sha256)
        throw new BackupError('damaged', `the backup is damaged: the state of group ${group.group} does not match its checksum`);
      this.#at += 1;
      this.#left = groups[this.#at]?.bytes ?? 0;
      this.#hash = createHash('sha256');
    }
    return piece.subarray(bytes.length);
  }
}

/** Judges as much of the first line as there is. */
function checkMagic(head: Buffer): void {
  const magic = Buffer.from(MAGIC);
  const there = Math.min(head.length, magic.length);
  if (!head.subarray(0, there).equals(magic.subarray(0, there))) throw notABackup();
  const end = head.indexOf(0x0a);
  const format = head.subarray(MAGIC.length, end === -1 ? undefined : end).toString('latin1');
  if (end === -1 ? !/^\d{0,9}$/.test(format) : !/^[1-9]\d{0,8}$/.test(format)) throw notABackup();
  if (end !== -1 && Number(format) > BACKUP_FORMAT) {
    throw new BackupError(
      'newer-format',
      `the backup has format ${format}, this program reads formats up to ${BACKUP_FORMAT}: use a newer version of Confman`,
    );
  }
}

function parseHeader(line: Buffer): BackupHeader {
  let content: unknown;
  try {
    content = JSON.parse(line.toString('utf8'));
  } catch {
    throw new BackupError('damaged', 'the backup is damaged: its header is no JSON');
  }
  const parsed = BackupHeader.safeParse(content);
  if (!parsed.success) throw new BackupError('damaged', 'the backup is damaged: its header is not what belongs there');
  return parsed.data;
}

function notABackup(): BackupError {
  return new BackupError('foreign', 'this is no backup of Confman: it does not begin as one');
}

function truncated(where: string): BackupError {
  return new BackupError('truncated', `the backup is not complete: it ends ${where}`);
}
