import { UsageError } from '../exit.ts';
import type { Command } from 'commander';
import type { Run } from '../program.ts';

interface Offer {
  /** Command line words after which these are offered: `confman` or `confman keys`. */
  readonly after: readonly string[];
  readonly words: readonly { readonly word: string; readonly doc: string }[];
}

/** Prints a completion script made from the very commands of this build. */
export function completion(program: Command): (run: Run, args: readonly string[]) => Promise<undefined> {
  return async ({ io }, [shell]) => {
    const offers = offersOf(program, []);
    switch (shell) {
      case 'bash':
        await io.stdout.write(bash(offers));
        return undefined;
      case 'zsh':
        await io.stdout.write(zsh(offers));
        return undefined;
      case 'fish':
        await io.stdout.write(fish(offers));
        return undefined;
      default:
        throw new UsageError('the shell is bash, zsh or fish');
    }
  };
}

function offersOf(command: Command, path: readonly string[]): readonly Offer[] {
  const global = path.length === 0 ? [] : rootOf(command).options;
  const flags = [...command.options, ...global].flatMap(({ long, description }) =>
    long === undefined || long === null ? [] : [{ word: long, doc: description }],
  );
  const commands = command.commands.map((child) => ({ word: child.name(), doc: child.description() }));
  return [
    { after: path, words: [...commands, ...flags] },
    ...command.commands.flatMap((child) => offersOf(child, [...path, child.name()])),
  ];
}

function rootOf(command: Command): Command {
  return command.parent === null ? command : rootOf(command.parent);
}

/** Words of one line without what shells would read. */
function plain(text: string): string {
  return text.replaceAll(/["'`$\\\n[\]:]/g, ' ');
}

function cases(offers: readonly Offer[], line: (offer: Offer) => string): string {
  // The longest path first, since the first case that fits wins.
  return offers
    .toSorted((a, b) => b.after.length - a.after.length)
    .map(line)
    .join('\n');
}

function bash(offers: readonly Offer[]): string {
  const lines = cases(
    offers,
    ({ after, words }) => `    "${after.map((word) => `${word} `).join('')}"*) words="${words.map(({ word }) => word).join(' ')}" ;;`,
  );
  return `# confman completion for bash: source <(confman completion bash)
_confman() {
  local words="" typed="\${COMP_WORDS[*]:1:COMP_CWORD-1} "
  case "\${typed# }" in
${lines}
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}")
  if [ "\${#COMPREPLY[@]}" -eq 0 ]; then compopt -o default; fi
}
complete -F _confman confman ./confman
`;
}

function zsh(offers: readonly Offer[]): string {
  const lines = cases(
    offers,
    ({ after, words }) =>
      `    "${after.map((word) => `${word} `).join('')}"*) offered=(${words.map(({ word, doc }) => `"${word}:${plain(doc)}"`).join(' ')}) ;;`,
  );
  return `#compdef confman
# confman completion for zsh: confman completion zsh > "\${fpath[1]}/_confman"
_confman() {
  local -a offered
  local typed="\${(j: :)words[2,CURRENT-1]} "
  case "\${typed# }" in
${lines}
  esac
  _describe 'confman' offered || _files
}
if [ "$funcstack[1]" = "_confman" ]; then _confman "$@"; else compdef _confman confman; fi
`;
}

function fish(offers: readonly Offer[]): string {
  const lines = offers.flatMap(({ after, words }) => {
    const condition =
      after.length === 0 ? '__fish_use_subcommand' : after.map((word) => `__fish_seen_subcommand_from ${word}`).join('; and ');
    return words.map(({ word, doc }) => {
      const flag = word.startsWith('--');
      return `complete -c confman -n '${condition}' ${flag ? `-l ${word.slice(2)}` : `-f -a ${word}`} -d '${plain(doc)}'`;
    });
  });
  return `# confman completion for fish: confman completion fish | source\n${lines.join('\n')}\n`;
}
