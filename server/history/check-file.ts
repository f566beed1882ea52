import { readKvText } from './formats/kv-text.ts';
import { readRecordLines } from './formats/record-lines.ts';
import { readRegisterLog } from './formats/register-log.ts';
import { UnreadableHistory } from './formats/unreadable.ts';
import { checkLinearizable } from './linearizability.ts';
import { linearizablePart } from './linearizable-part.ts';
import { KEY_VALUE } from './models/key-value.ts';
import { KV_APPEND } from './models/kv-append.ts';
import { REGISTER_CAS } from './models/register-cas.ts';
import type { SearchLimits } from './operation.ts';
import type { ModelName } from './options.ts';
import { type Report, reportSessions, reportVerdict } from './report.ts';
import { checkSessions } from './sessions/check-sessions.ts';

const CHECKS: Readonly<Record<ModelName, (text: string, limits: SearchLimits) => Report>> = {
  'register-cas': (text, limits) => reportVerdict(REGISTER_CAS, checkLinearizable(REGISTER_CAS, readRegisterLog(text), limits), 'line'),
  'kv-append': (text, limits) => reportVerdict(KV_APPEND, checkLinearizable(KV_APPEND, readKvText(text), limits), 'line'),
  'key-value': (text, limits) =>
    reportVerdict(KEY_VALUE, checkLinearizable(KEY_VALUE, linearizablePart(readRecordLines(text)), limits), 'time'),
  session: (text) => reportSessions(checkSessions(readRecordLines(text))),
};

/** Judges the text of one history file. */
export function checkText(model: ModelName, text: string, limits: SearchLimits): Report {
  try {
    return CHECKS[model](text, limits);
  } catch (error) {
    if (error instanceof UnreadableHistory) return { kind: 'unreadable', summary: `unreadable: ${error.message}`, evidence: [] };
    throw error;
  }
}
