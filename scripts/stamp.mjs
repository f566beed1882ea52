// Decides whether something built is older than what it was built from, without git and without trusting times alone:
// equal sizes and modification times mean unchanged; otherwise the contents decide.

import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * @typedef {object} Stamp
 * @property {string} contentHash over names and contents of all inputs
 * @property {Record<string, [sizeBytes: number, mtimeMs: number]>} inputs by path relative to the root
 * @property {string[]} outputs paths relative to the root which must exist
 */

/**
 * @param {string} root
 * @param {readonly string[]} inputs
 */
function contentHashOf(root, inputs) {
  const hash = createHash('sha256');
  for (const input of inputs.toSorted()) {
    hash.update(`${input}\0`);
    hash.update(
      createHash('sha256')
        .update(readFileSync(join(root, input)))
        .digest(),
    );
  }
  return hash.digest('hex');
}

/** @param {string} path */
function statOf(path) {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat === undefined ? undefined : /** @type {[number, number]} */ ([stat.size, stat.mtimeMs]);
}

/**
 * @param {string} file
 * @returns {Stamp | null} null when there is none, or none that can be read
 */
export function readStamp(file) {
  try {
    return /** @type {Stamp} */ (JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return null;
  }
}

/**
 * @param {string} file
 * @param {Stamp} stamp
 */
function saveStamp(file, stamp) {
  mkdirSync(dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, JSON.stringify(stamp));
  renameSync(draft, file);
}

/**
 * Notes that `outputs` stand for the present `inputs`.
 *
 * @param {string} root
 * @param {string} file the stamp
 * @param {{ inputs: readonly string[], outputs: readonly string[], startedAtMs: number }} built when an input was changed after
 *   `startedAtMs`, nobody knows which of its versions was built: no stamp is left, and the next look builds again
 */
export function writeStamp(root, file, { inputs, outputs, startedAtMs }) {
  /** @type {Stamp['inputs']} */
  const stats = {};
  for (const input of inputs) {
    const stat = statOf(join(root, input));
    if (stat === undefined || stat[1] >= startedAtMs) return dropStamp(file);
    stats[input] = stat;
  }
  saveStamp(file, { contentHash: contentHashOf(root, inputs), inputs: stats, outputs: [...outputs] });
}

/** @param {string} file */
export function dropStamp(file) {
  rmSync(file, { force: true });
}

/**
 * Why the outputs have to be built again, or null when they need not.
 *
 * @param {string} root
 * @param {string} file the stamp
 * @param {readonly string[]} present inputs that exist now whether or not the stamp knows them (routes are found by their place)
 * @returns {string | null}
 */
export function whyStale(root, file, present) {
  const stamp = readStamp(file);
  if (stamp === null) return 'not built yet';
  for (const output of stamp.outputs) if (statOf(join(root, output)) === undefined) return `${output} is missing`;
  for (const input of present) if (stamp.inputs[input] === undefined) return `${input} is new`;
  let touched = '';
  for (const [input, [sizeBytes, mtimeMs]] of Object.entries(stamp.inputs)) {
    const stat = statOf(join(root, input));
    if (stat === undefined) return `${input} is gone`;
    if (stat[0] !== sizeBytes) return `${input} has changed`;
    if (stat[1] !== mtimeMs) touched = input;
  }
  if (touched === '') return null;
  const inputs = Object.keys(stamp.inputs);
  if (contentHashOf(root, inputs) !== stamp.contentHash) return `${touched} has changed`;
  refresh(root, file, stamp);
  return null;
}

/**
 * Same contents under new times, as after a checkout: saves the next look the hashing. A read-only tree goes on hashing.
 * @param {string} root
 * @param {string} file
 * @param {Stamp} stamp
 */
function refresh(root, file, stamp) {
  const inputs = Object.fromEntries(Object.entries(stamp.inputs).map(([input, old]) => [input, statOf(join(root, input)) ?? old]));
  try {
    saveStamp(file, { ...stamp, inputs });
  } catch (error) {
    if (!['EROFS', 'EACCES', 'EPERM'].includes(/** @type {NodeJS.ErrnoException} */ (error).code ?? '')) throw error;
  }
}

/**
 * All files under a directory, relative to the root; none when there is no such directory.
 * @param {string} root
 * @param {string} directory
 * @returns {string[]}
 */
export function filesUnder(root, directory) {
  if (statSync(join(root, directory), { throwIfNoEntry: false }) === undefined) return [];
  return readdirSync(join(root, directory), { withFileTypes: true }).flatMap((entry) => {
    const path = `${directory}/${entry.name}`;
    return entry.isDirectory() ? filesUnder(root, path) : [path];
  });
}
