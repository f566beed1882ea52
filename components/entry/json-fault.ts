/** Where a JSON text stops being JSON: `JSON.parse` says only that it does, each engine in words of its own. */
export interface JsonFault {
  /** In UTF-16 units from 0. */
  readonly offset: number;
  readonly message: string;
}

const BLANK = /[ \t\n\r]*/y;
// oxlint-disable-next-line no-control-regex -- that a string has none of these is the rule
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const WORD = /true|false|null/y;
const LOOSE_WORD = /[^\s,:[\]{}"]+/y;

/** What may come next: inside which bracket, and after what. */
type Expectation = 'value' | 'value-or-end' | 'key' | 'key-or-end' | 'colon' | 'comma-or-end' | 'nothing';

/** The first fault of a text that should be one JSON document; null when there is none. Iterative, so that depth costs no stack. */
export function findJsonFault(text: string): JsonFault | null {
  const scan = new Scan(text);
  while (scan.fault === null && !scan.done) scan.step();
  return scan.fault;
}

class Scan {
  readonly #text: string;
  readonly #open: ('[' | '{')[] = [];
  #expected: Expectation = 'value';
  #at = 0;
  fault: JsonFault | null = null;
  done = false;

  constructor(text: string) {
    this.#text = text;
  }

  /** Takes one mark or value, or finds that none belongs here. */
  step(): void {
    this.#take(BLANK);
    const character = this.#text[this.#at];
    if (character === undefined) {
      this.#end();
      return;
    }
    switch (this.#expected) {
      case 'nothing':
        this.#fail('there is more after the end of the document');
        return;
      case 'colon':
        if (character === ':') this.#pass('value');
        else this.#fail('a ":" is missing after the name');
        return;
      case 'key':
      case 'key-or-end':
        this.#key(character);
        return;
      case 'comma-or-end':
        this.#commaOrEnd(character);
        return;
      case 'value':
      case 'value-or-end':
        this.#value(character);
    }
  }

  #end(): void {
    this.done = true;
    if (this.#expected === 'nothing') return;
    this.#fail(this.#open.length === 0 ? 'the document is empty' : `the text ends before its "${this.#closing()}"`);
  }

  #key(character: string): void {
    if (character === '}' && this.#expected === 'key-or-end') this.#close();
    else if (this.#take(STRING)) this.#expected = 'colon';
    else if (character === '"') this.#failString();
    else this.#fail(character === '}' ? 'there is a comma before "}"' : 'a name in double quotes belongs here');
  }

  #commaOrEnd(character: string): void {
    const closing = this.#closing();
    if (character === closing) this.#close();
    else if (character === ',') this.#pass(closing === ']' ? 'value' : 'key');
    else this.#fail(`"," or "${closing}" belongs here`);
  }

  #value(character: string): void {
    if (character === ']' && this.#open.at(-1) === '[') {
      if (this.#expected === 'value') this.#fail('there is a comma before "]"');
      else this.#close();
    } else if (character === '{' || character === '[') {
      this.#open.push(character);
      this.#pass(character === '{' ? 'key-or-end' : 'value-or-end');
    } else if (this.#take(STRING) || this.#take(NUMBER) || this.#take(WORD)) {
      this.#afterValue();
    } else if (character === '"') {
      this.#failString();
    } else {
      LOOSE_WORD.lastIndex = this.#at;
      const word = LOOSE_WORD.exec(this.#text)?.[0] ?? character;
      this.#fail(`${JSON.stringify(word.slice(0, 30))} is not a value`);
    }
  }

  #closing(): ']' | '}' {
    return this.#open.at(-1) === '[' ? ']' : '}';
  }

  #close(): void {
    this.#at += 1;
    this.#open.pop();
    this.#afterValue();
  }

  #afterValue(): void {
    this.#expected = this.#open.length === 0 ? 'nothing' : 'comma-or-end';
  }

  #pass(expected: Expectation): void {
    this.#at += 1;
    this.#expected = expected;
  }

  #take(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match === null) return false;
    this.#at += match[0].length;
    return true;
  }

  #failString(): void {
    this.#fail('this string does not end on its line, or has an escape that JSON does not know');
  }

  #fail(message: string): void {
    this.fault = { offset: this.#at, message };
  }
}
