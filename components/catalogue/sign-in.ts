/** Signing in, and again when a session has ended. */
export const signInText = {
  title: 'Sign in',
  lead: (cluster: string) => `to the cluster ${cluster}`,
  keyLabel: 'API key',
  keyHint: 'It starts with confman_. Whoever set up the cluster has the first one.',
  submit: 'Sign in',
  submitting: 'Signing in',
  empty: 'Enter an API key.',
  wrongKey: 'This cluster does not know that key. Check that it was copied whole, and that it has not been revoked or expired.',
  tooMany: 'Too many attempts. Wait a minute, then try again.',
  unreachable: 'The node did not answer. Check that it is running, then try again.',
  otherOrigin:
    'The node refused the sign-in because the page came from another address. Open the console at the address that the node advertises.',
  expiredTitle: 'Your session has ended',
  expiredLead: 'Sign in again to go on. What you typed is still here.',
} as const;
