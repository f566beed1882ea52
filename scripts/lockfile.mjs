// `npm run lockfile`: completes package-lock.json after `npm install` on a registry that does not hold every platform's packages.
//
// npm leaves an optional package that it could not find out of the lockfile, and `npm ci` then refuses the lockfile everywhere. The names and
// exact versions are known from the package that wants them, and their platforms from the names; only the checksums stay unknown.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * @typedef {object} LockedPackage
 * @property {string} [version]
 * @property {string[]} [cpu]
 * @property {boolean} [dev]
 * @property {string[]} [libc]
 * @property {boolean} [optional]
 * @property {string[]} [os]
 * @property {Record<string, string>} [optionalDependencies]
 */

/** @typedef {Record<string, LockedPackage>} LockedPackages by path: `node_modules/a/node_modules/b` */

const SYSTEMS = ['darwin', 'win32', 'freebsd', 'android', 'linux', 'openharmony', 'netbsd', 'openbsd', 'sunos', 'aix'];
const PROCESSORS = ['x64', 'arm64', 'ia32', 'ppc64', 'riscv64', 's390x', 'wasm32', 'loong64', 'mips64el', 'arm'];

/**
 * Whether Node would find the package from there.
 *
 * @param {LockedPackages} packages
 * @param {string} from
 * @param {string} name
 */
function isReachable(packages, from, name) {
  let directory = from;
  for (;;) {
    if (packages[`${directory === '' ? '' : `${directory}/`}node_modules/${name}`] !== undefined) return true;
    if (directory === '') return false;
    directory = directory.slice(0, Math.max(0, directory.lastIndexOf('/node_modules/')));
  }
}

/**
 * @param {LockedPackages} packages
 * @returns {{ name: string, version: string, dev: boolean }[]} optional packages that some package wants and that the lockfile leaves out
 */
export function leftOut(packages) {
  return Object.entries(packages).flatMap(([path, { optionalDependencies = {}, dev = false }]) =>
    Object.entries(optionalDependencies)
      .filter(([name]) => !isReachable(packages, path, name))
      .map(([name, version]) => ({ name, version, dev })),
  );
}

/**
 * @param {{ name: string, version: string, dev: boolean }} wanted
 * @returns {LockedPackage} as npm writes it, as far as it can be known
 * @throws {Error} when name or version do not tell enough
 */
export function entryFor({ name, version, dev }) {
  const words = name.slice(name.lastIndexOf('/') + 1).split('-');
  const cpu = PROCESSORS.find((processor) => words.includes(processor));
  const os = SYSTEMS.find((system) => words.includes(system));
  const libc =
    os !== 'linux'
      ? undefined
      : words.some((word) => word.startsWith('musl'))
        ? 'musl'
        : words.some((word) => word.startsWith('gnu'))
          ? 'glibc'
          : undefined;
  if (!/^\d+\.\d+\.\d+/.test(version) || cpu === undefined) throw new Error(`cannot tell what ${name}@${version} is for`);
  return {
    version,
    cpu: [cpu],
    ...(dev ? { dev } : {}),
    ...(libc === undefined ? {} : { libc: [libc] }),
    optional: true,
    ...(os === undefined ? {} : { os: [os] }),
  };
}

const FILE = fileURLToPath(new URL('../package-lock.json', import.meta.url));

if (process.argv[1] !== undefined && join(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const lockfile = /** @type {{ packages: LockedPackages }} */ (JSON.parse(readFileSync(FILE, 'utf8')));
  const missing = leftOut(lockfile.packages);
  for (const wanted of missing) lockfile.packages[`node_modules/${wanted.name}`] = entryFor(wanted);
  const sorted = Object.entries(lockfile.packages).toSorted(([a], [b]) => a.localeCompare(b, 'en'));
  writeFileSync(FILE, `${JSON.stringify({ ...lockfile, packages: Object.fromEntries(sorted) }, null, 2)}\n`);
  console.error(`${missing.length} packages of other platforms entered`);
}
