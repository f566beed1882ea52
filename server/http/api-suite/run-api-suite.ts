/**
 * The conformance suite of the REST API: one suite, judged by HTTP alone, for every door and every cluster. Its names are
 * random, so that it may run on a cluster that others use.
 */
import { describe } from 'vitest';
import { accessSuite } from './access-suite.ts';
import { clockSuite } from './clock-suite.ts';
import { backupSuite } from './backup-suite.ts';
import { consistencySuite } from './consistency-suite.ts';
import { entriesSuite } from './entries-suite.ts';
import { historySuite } from './history-suite.ts';
import { rightsSuite } from './rights-suite.ts';
import { requestsSuite } from './requests-suite.ts';
import { streamsSuite } from './streams-suite.ts';
import { SuiteApi } from '../testing/suite-api.ts';
import type { SuiteTarget } from '../testing/suite-api.ts';

/** Declares the whole suite; call it at the top of a test file that starts what `target` names. */
export function runApiSuite(target: SuiteTarget): void {
  const api = new SuiteApi(target);
  describe(target.name, () => {
    entriesSuite(api, target);
    historySuite(api);
    consistencySuite(api, target);
    clockSuite(api);
    requestsSuite(api, target);
    accessSuite(api, target);
    rightsSuite(api);
    streamsSuite(api, target);
    backupSuite(api, target);
  });
}
