// The stages of `npm test`, in order: cheap ones first.

/**
 * @typedef {object} Stage
 * @property {string} name for `--only`
 * @property {string} title
 * @property {'check' | 'audit' | 'vitest' | 'playwright'} kind how its outcome is counted; a check counts as one test, an audit that got no answer as one skipped
 * @property {readonly string[]} command a program of node_modules/.bin, or node, and its arguments; reporters are added by kind
 * @property {boolean} built whether it starts what `npm run build` makes
 * @property {number} minutesMax a stage that takes longer hangs: it is ended and has failed
 */

/** @param {string} project */
const vitest = (project) => ['vitest', 'run', '--project', project];

/** @type {readonly Stage[]} */
export const STAGES = [
  { name: 'format', title: 'formatting', kind: 'check', command: ['oxfmt', '--check'], built: false, minutesMax: 3 },
  { name: 'lint', title: 'lint', kind: 'check', command: ['oxlint'], built: false, minutesMax: 5 },
  { name: 'types', title: 'types', kind: 'check', command: ['tsc', '--noEmit', '-p', '.'], built: false, minutesMax: 5 },
  { name: 'dead', title: 'dead code', kind: 'check', command: ['knip'], built: false, minutesMax: 5 },
  {
    name: 'audit',
    title: 'known weaknesses of packages',
    kind: 'audit',
    command: ['node', 'scripts/audit.mjs'],
    built: false,
    minutesMax: 2,
  },
  { name: 'tidy', title: 'tidiness and architecture', kind: 'vitest', command: vitest('tidy'), built: false, minutesMax: 5 },
  { name: 'unit', title: 'unit tests', kind: 'vitest', command: vitest('unit'), built: false, minutesMax: 15 },
  { name: 'sim', title: 'simulation', kind: 'vitest', command: vitest('sim'), built: false, minutesMax: 20 },
  { name: 'api', title: 'API, on both doors', kind: 'vitest', command: vitest('api'), built: true, minutesMax: 15 },
  { name: 'faults', title: 'faults, on real processes', kind: 'vitest', command: vitest('faults'), built: true, minutesMax: 30 },
  { name: 'browser', title: 'browser', kind: 'playwright', command: ['playwright', 'test'], built: true, minutesMax: 30 },
];
