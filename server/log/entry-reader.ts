import type { Entry } from '../raft/types.ts';
import type { GroupState } from './group-log.ts';
import { emptyRecordHeader, FLAG_CONF_CHANGE, KIND, readRecord, recordBody, recordBytes } from './record.ts';
import { segmentName } from './segment-header.ts';
import type { SegmentSet } from './segment-set.ts';
import { LogCorruptionError } from './types.ts';

/** Records of other groups in between are read along up to this size rather than with a second read. */
const GAP_BYTES_MAX = 16 * 1024;
const READ_BYTES_MAX = 1024 * 1024;

/**
 * Reads the entries `[lo, hi)` of a group from their segments, neighbours with one read.
 *
 * @throws LogCorruptionError when a record is not the one that the index expects there
 */
export function readEntries(segments: SegmentSet, group: GroupState, lo: number, hi: number): Entry[] {
  const { index } = group;
  const entries: Entry[] = [];
  for (let i = lo; i < hi;) {
    const number = index.segment(i);
    const start = index.offset(i);
    let end = start + recordBytes(index.bodyBytes(i));
    let next = i + 1;
    for (; next < hi && index.segment(next) === number; next += 1) {
      const offset = index.offset(next);
      const nextEnd = offset + recordBytes(index.bodyBytes(next));
      if (offset < end || offset - end > GAP_BYTES_MAX || nextEnd - start > READ_BYTES_MAX) break;
      end = nextEnd;
    }
    const segment = segments.byNumber(number);
    const bytes = segment.file.read(start, end - start);
    for (; i < next; i += 1) entries.push(parseEntry(bytes, index.offset(i) - start, segment, group, i));
  }
  return entries;
}

function parseEntry(
  bytes: Buffer,
  at: number,
  segment: { readonly number: number; readonly salt: number },
  group: GroupState,
  index: number,
): Entry {
  const header = emptyRecordHeader();
  const valid = readRecord(bytes, at, bytes.length, segment.salt, header) > 0;
  const isEntry = header.kind === KIND.entry || header.kind === KIND.entryCopy;
  const term = group.index.term(index);
  if (!valid || !isEntry || header.group !== group.number || header.index !== index || header.term !== term) {
    const where = `${segmentName(segment.number)}, byte ${group.index.offset(index)}`;
    throw new LogCorruptionError(`${where}: entry ${index} of ${group.group} is damaged`);
  }
  const type = (header.flags & FLAG_CONF_CHANGE) === 0 ? 'normal' : 'conf-change';
  return { term, index, type, data: recordBody(bytes, at, header.bodyBytes) };
}
