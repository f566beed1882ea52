/** Where a JSON text stops being JSON: `JSON.parse` says only that it does, each engine in words of its own. */
export interface JsonFault {
  /** In UTF-16 units from 0. */
  readonly offset: number;
  readonly message: string;
}

const BLANK = /[ \t\n\r]*/y;
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const WORD = /true|false|null/y;
const LOOSE_WORD = /[^\s,:[\]{}"]+/y;

/** What may come next: inside which bracket, and after what. */
type Expectation = 'value' | 'value-or-end' | 'key' | 'key-or-end' | 'colon' | 'comma-or-end' | 'nothing';

/** The first fault of a text that should be one JSON document; null when there is none. Iterative, so that depth costs no stack. */
export function findJsonFault(text: string): JsonFault | null {
  const open: ('[' | '{')[] = [];
  let expected: Expectation = 'value';
  let at = 0;

  const take = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match === null) return false;
    at += match[0].length;
    return true;
  };
  const afterValue = (): Expectation => (open.length === 0 ? 'nothing' : 'comma-or-end');
  const fault = (message: string): JsonFault => ({ offset: at, message });

  for (;;) {
    take(BLANK);
    const character = text[at];
    if (character === undefined)
      return expected === 'nothing'
        ? null
        : fault(open.length === 0 ? 'the document is empty' : `the text ends before its "${open.at(-1) === '[' ? ']' : '}'}"`);
    if (expected === 'nothing') return fault('there is more after the end of the document');

    if (expected === 'colon') {
      if (character !== ':') return fault('a ":" is missing after the name');
      at += 1;
      expected = 'value';
    } else if (expected === 'key' || expected === 'key-or-end') {
      if (character === '}' && expected === 'key-or-end') {
        at += 1;
        open.pop();
        expected = afterValue();
      } else if (take(STRING)) expected = 'colon';
      else
        return fault(
          character === '"'
            ? 'this string does not end on its line, or has an escape that JSON does not know'
            : character === '}'
              ? 'there is a comma before "}"'
              : 'a name in double quotes belongs here',
        );
    } else if (expected === 'comma-or-end') {
      const end = open.at(-1) === '[' ? ']' : '}';
      if (character !== ',' && character !== end) return fault(`"," or "${end}" belongs here`);
      at += 1;
      if (character === end) {
        open.pop();
        expected = afterValue();
      } else expected = end === ']' ? 'value' : 'key';
    } else if (character === ']' && open.at(-1) === '[') {
      if (expected === 'value') return fault('there is a comma before "]"');
      at += 1;
      open.pop();
      expected = afterValue();
    } else if (character === '{' || character === '[') {
      at += 1;
      open.push(character);
      expected = character === '{' ? 'key-or-end' : 'value-or-end';
    } else if (take(STRING) || take(NUMBER) || take(WORD)) {
      expected = afterValue();
    } else {
      if (character === '"') return fault('this string does not end on its line, or has an escape that JSON does not know');
      LOOSE_WORD.lastIndex = at;
      const word = LOOSE_WORD.exec(text)?.[0] ?? character;
      return fault(`${JSON.stringify(word.slice(0, 30))} is not a value`);
    }
  }
}
