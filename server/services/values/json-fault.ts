/** Where a text stops being JSON (RFC 8259). Used only after JSON.parse has refused it, whose message has no reliable position. */

export interface TextFault {
  /** UTF-16 units from the start. */
  readonly offset: number;
  readonly detail: string;
}

const BLANK = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const WORDS = ['true', 'false', 'null'];
const STRING_PART = /(?:[^"\\\p{Cc}]|[\u007f-\u009f])*/uy;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

/** A step that the reader expects next; the nesting is kept in a list, so that depth costs no stack. */
type Expectation = 'value' | 'first-item' | 'first-key' | 'key' | 'colon' | 'after-item' | 'after-member';

class Fault extends Error {
  readonly offset: number;
  constructor(offset: number, detail: string) {
    super(detail);
    this.offset = offset;
  }
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): void {
    const open: Expectation[] = ['value'];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      this.#skip(BLANK);
      this.#step(next, open);
    }
    this.#skip(BLANK);
    if (this.#at < this.#text.length) throw this.#fault('nothing may follow the value');
  }

  #step(expected: Expectation, open: Expectation[]): void {
    switch (expected) {
      case 'first-item':
        if (this.#take(']')) return;
        open.push('after-item');
        this.#value(open);
        return;
      case 'first-key':
        if (this.#take('}')) return;
        this.#key(open);
        return;
      case 'key':
        this.#key(open);
        return;
      case 'colon':
        if (!this.#take(':')) throw this.#fault('a ":" is missing after the name');
        open.push('after-member', 'value');
        return;
      case 'after-item':
        if (this.#take(']')) return;
        if (!this.#take(',')) throw this.#fault('a "," or "]" is missing');
        open.push('after-item', 'value');
        return;
      case 'after-member':
        if (this.#take('}')) return;
        if (!this.#take(',')) throw this.#fault('a "," or "}" is missing');
        open.push('key');
        return;
      case 'value':
        this.#value(open);
    }
  }

  #value(open: Expectation[]): void {
    if (this.#take('[')) open.push('first-item');
    else if (this.#take('{')) open.push('first-key');
    else if (this.#text[this.#at] === '"') this.#string();
    else if (!this.#skip(NUMBER) && !WORDS.some((word) => this.#take(word))) throw this.#fault('a value is missing');
  }

  #key(open: Expectation[]): void {
    if (this.#text[this.#at] !== '"') throw this.#fault('a name in double quotes is missing');
    this.#string();
    open.push('colon');
  }

  #string(): void {
    this.#at += 1;
    for (;;) {
      this.#skip(STRING_PART);
      if (this.#take('"')) return;
      if (this.#at >= this.#text.length) throw this.#fault('the string is not closed');
      if (!this.#skip(ESCAPE))
        throw this.#fault(this.#text[this.#at] === '\\' ? 'this escape does not exist' : 'a control character must be escaped');
    }
  }

  #take(word: string): boolean {
    if (!this.#text.startsWith(word, this.#at)) return false;
    this.#at += word.length;
    return true;
  }

  #skip(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found === null || found[0].length === 0) return false;
    this.#at += found[0].length;
    return true;
  }

  #fault(detail: string): Fault {
    const ended = this.#at >= this.#text.length && !detail.startsWith('the string');
    return new Fault(this.#at, ended ? `${detail}: the text ends here` : detail);
  }
}

/** The first place at which the text is not JSON; null when it is. */
export function jsonFault(text: string): TextFault | null {
  try {
    new Reader(text).read();
    return null;
  } catch (error) {
    if (error instanceof Fault) return { offset: error.offset, detail: error.message };
    throw error;
  }
}
