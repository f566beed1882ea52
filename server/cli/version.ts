import manifest from '../../package.json' with { type: 'json' };

/** Version of this build of Confman. */
export const version: string = manifest.version;
