/** What a logger of a node must never write, whatever is handed to it. For pino's `redact`. */
export const LOG_REDACTION = {
  paths: [
    'authorization',
    'cookie',
    'secret',
    'key',
    'headers.authorization',
    'headers.cookie',
    'headers["x-api-key"]',
    'headers["set-cookie"]',
    '*.headers.authorization',
    '*.headers.cookie',
    '*.headers["x-api-key"]',
    '*.secret',
    '*.secretHash',
  ],
  censor: '[redacted]',
};
