import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { nodeTable } from './node-table.ts';
import type { Setting } from './setting.ts';

const page = fileURLToPath(new URL('../../docs/operations.md', import.meta.url));
const [start, end] = ['<!-- settings: begin -->', '<!-- settings: end -->'];

/** The table of settings as the page has to show it. */
function settingsTable(): string {
  const rows = Object.entries<Setting<unknown>>(nodeTable).map(([name, setting]) => {
    const fallback = setting.format(setting.fallback);
    const file = setting.secret ? ` Also \`${name}-file\`.` : '';
    const notation = setting.placeholder === '' ? 'switch' : `\`${setting.placeholder.replaceAll('|', '\\|')}\``;
    return `| \`${name}\` | ${notation} | ${fallback === '' ? '–' : `\`${fallback}\``} | ${setting.doc}${file} |`;
  });
  return ['| Setting | Notation | Default | Meaning |', '|---|---|---|---|', ...rows].join('\n');
}

/** Run with CONFMAN_REWRITE=1 after a change of the table. */
test('shows every setting of a node, with its default, in docs/operations.md', () => {
  const text = readFileSync(page, 'utf8');
  const [from, to] = [text.indexOf(start) + start.length, text.indexOf(end)];
  expect(from).toBeGreaterThan(start.length);
  expect(to).toBeGreaterThan(from);
  const wanted = `\n\n${settingsTable()}\n\n`;
  if (process.env['CONFMAN_REWRITE'] === '1') writeFileSync(page, text.slice(0, from) + wanted + text.slice(to));
  else expect(text.slice(from, to)).toBe(wanted);
});
