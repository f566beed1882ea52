import { parseToken, TokenError } from '../../../lib/contract/token.ts';
import { UsageError } from '../exit.ts';
import { connect } from '../connect.ts';
import { historyOfToken } from '../state-file.ts';
import type { Run } from '../program.ts';

/** The version that the next read will demand. */
export async function showToken(run: Run): Promise<undefined> {
  const { client } = await connect(run.flags, run.io);
  await run.io.stdout.write(`${client.session.export().token}\n`);
}

export async function setToken(run: Run, [text = '']: readonly string[]): Promise<undefined> {
  try {
    if (parseToken(text).some(({ history }) => history === null)) {
      throw new UsageError(
        'a version is remembered for its cluster, so it must say which: give the full token that "token show" prints; for one command --min-version takes a short one',
      );
    }
  } catch (error) {
    throw error instanceof TokenError ? new UsageError(error.message, { cause: error }) : error;
  }
  const { state, endpoints } = await connect(run.flags, run.io);
  const history = historyOfToken(text) ?? '';
  await state.save({ token: text, clock: null }, new Map(endpoints.map((endpoint) => [endpoint, history])), new Set());
}

export async function clearToken(run: Run): Promise<undefined> {
  const { state, endpoints } = await connect(run.flags, run.io);
  await state.clear(endpoints);
}
