import type { NextConfig } from 'next';

const nextConfig: NextConfig = {
  poweredByHeader: false,
  // A trailing slash in an API path is the API's to judge, not Next's to redirect away.
  skipTrailingSlashRedirect: true,
  // The node is loaded at run time from its own bundle; Next must not look into what it stands on.
  serverExternalPackages: ['better-sqlite3', 'fastify', 'pino', 'prom-client', 'undici', '@node-rs/crc32'],
  // `npm test` checks the types of the whole tree; starting a node must not wait for that, nor fail for a test's sake.
  typescript: { ignoreBuildErrors: true },
  experimental: {
    // TypeScript 7 has no JavaScript API: the build runs its command line instead.
    useTypeScriptCli: true,
  },
};

export default nextConfig;
