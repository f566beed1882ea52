import { flagOption, textOption } from '../arguments.ts';
import { CommandError, UsageError } from '../exit.ts';
import { confirm, print } from '../print.ts';
import { withClient } from './with-client.ts';
import type { Role } from '../../../lib/contract/model.ts';
import type { Run } from '../program.ts';

export async function listKeys(run: Run): Promise<undefined> {
  await withClient(run, async ({ client, read, output }) => {
    const keys = await client.keys.list({ ...read, limit: 1000 }).all();
    await print(run.io, output, keys, () => ({
      header: ['ID', 'NAME', 'ROLE', 'SCOPE', 'CREATED', 'EXPIRES', 'LAST USED', 'REVOKED'],
      rows: keys.map((key) => [
        key.id,
        key.name,
        key.role,
        key.scope?.join(',') ?? 'all',
        key.createdAt,
        key.expiresAt ?? 'never',
        key.lastUsedAt ?? 'never',
        key.revokedAt ?? '-',
      ]),
    }));
  });
}

export async function createKey(run: Run, [name = '']: readonly string[]): Promise<undefined> {
  const expires = textOption(run, 'expires');
  if (expires !== undefined && Number.isNaN(Date.parse(expires))) throw new UsageError('--expires is a time such as 2027-01-31T00:00:00Z');
  // The choices of the option are the roles.
  const body = { name, role: textOption(run, 'role') as Role, scope: textOption(run, 'scope')?.split(','), expiresAt: expires };
  await withClient(run, async ({ client, write, output }) => {
    const { data } = await client.keys.create(body, write);
    if (data.secret === null)
      throw new CommandError(
        `the key ${data.id} was made, but its secret was shown to an earlier attempt that was lost: revoke it and make another`,
      );
    const { secret } = data;
    await print(run.io, output, data, () => `${secret}\n`);
    if (output === null || output === 'table')
      await run.io.stderr.write(`confman: key ${data.id} (${data.name}, ${data.role}); its secret is shown this once\n`);
  });
}

export async function revokeKey(run: Run, [id = '']: readonly string[]): Promise<undefined> {
  if (!flagOption(run, 'yes') && run.io.stdin.isTerminal && !(await confirm(run.io, `Revoke the key ${id}?`)))
    throw new CommandError('nothing was revoked');
  await withClient(run, async ({ client, write, output }) => {
    const { data } = await client.keys.revoke(id, write);
    await print(run.io, output, data, () => `${data.id}: revoked, version ${data.version}\n`);
  });
}
