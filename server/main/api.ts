import { createHash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import pino from 'pino';
import type { NodeSettings } from '../config/node-settings.ts';
import type { Engine } from '../engine/types.ts';
import { createApi } from '../http/create-api.ts';
import { LOG_REDACTION } from '../http/logging.ts';
import type { ApiSettings } from '../http/runtime.ts';

const SESSION_MS = 12 * 3600 * 1000;
const STREAMS_MAX = 1000;

function apiSettings(settings: NodeSettings): ApiSettings {
  return {
    defaultConsistency: settings.defaultConsistency,
    valueBytesMax: settings.valueBytesMax,
    strictNamespaces: settings.strictNamespaces,
    waitersMax: settings.waitersMax,
    readyLagEntriesMax: settings.readyLagEntriesMax,
    writeDeadlineMs: settings.writeDeadlineMs,
    streamsMax: STREAMS_MAX,
    advertiseUrl: settings.advertiseUrl,
    allowedOrigins: [],
    sessionMs: SESSION_MS,
  };
}

/**
 * The API of this node over an engine client of the calling thread. Both doors are made by this one function.
 *
 * @param drivesMoves in one thread of a node only
 */
export function nodeApi(
  engine: Engine,
  settings: NodeSettings,
  secret: string,
  version: string,
  logger: pino.Logger,
  drivesMoves: boolean,
): FastifyInstance {
  return createApi({
    engine,
    settings: apiSettings(settings),
    sessionSecret: secret,
    logger,
    version,
    drivesMoves,
    valueThread: { url: new URL('./value-thread.mjs', import.meta.url) },
  });
}

/** JSON lines on standard error. */
export function nodeLogger(settings: NodeSettings): pino.Logger {
  return pino(
    { level: settings.logLevel, base: { node: settings.id }, redact: LOG_REDACTION, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ dest: 2, sync: true }),
  );
}

export function sha256Hex(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
