/** Whether `namespace` is `prefix` or lies below it, by whole segments: `teams/pay` covers `teams/pay/prod`, not `teams/pay-eu`. */
export function isAtOrBelow(namespace: string, prefix: string): boolean {
  return namespace.startsWith(prefix) && (namespace.length === prefix.length || namespace.charCodeAt(prefix.length) === 0x2f);
}

/** A namespace and everything above it, itself first: `a/b/c`, `a/b`, `a`. At most 8. */
export function* upwards(namespace: string): Generator<string> {
  for (let end = namespace.length; end > 0; end = namespace.lastIndexOf('/', end - 1)) yield namespace.slice(0, end);
}
