import { toLower } from "../go/text.ts";

/** Names written in another manner: `HTTPServer` as `http_server`. Source: `github.com/huandu/xstrings`. */

type Kind = "number" | "upper" | "letters" | "connector" | "punctuation" | "other";
interface Word {
  readonly kind: Kind;
  readonly text: string;
}

const PUNCTUATION = "[\\p{P}]";
const LETTER = "[\\p{L}]";
/** The kinds of words in their order; a capital belongs to the small letters behind it. */
const WORDS: readonly (readonly [Kind, RegExp])[] = [
  ["connector", /[-_\t\n\v\f\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/uy],
  ["punctuation", new RegExp(`(?:(?![-_])${PUNCTUATION})${PUNCTUATION}*`, "uy")],
  [
    "upper",
    /\p{Lu}{2,}(?=\p{Lu}(?!\p{Lu})\p{L})|\p{Lu}(?!\p{Lu})(?:(?!\p{Lu})\p{L})*|\p{Lu}+(?!\p{L})|\p{Lu}(?=\p{Lu}\p{L})|\p{Lu}+/uy,
  ],
  ["letters", new RegExp(`(?:(?!\\p{Lu})${LETTER})+`, "uy")],
  ["number", /\p{N}+/uy],
  ["other", /[^\p{L}\p{N}\p{P}\s]+|[\s\S]/uy],
];

const wordsOf = (text: string): readonly Word[] => {
  const words: Word[] = [];
  for (let at = 0; at < text.length; ) {
    for (const [kind, pattern] of WORDS) {
      pattern.lastIndex = at;
      const found = pattern.exec(text)?.[0];
      if (found) {
        words.push({ kind, text: found });
        at += found.length;
        break;
      }
    }
  }
  return words;
};

const isJoint = (word: Word | undefined): boolean =>
  word === undefined || word.kind === "connector" || word.kind === "punctuation";

const written = ({ kind, text }: Word, connector: string): string =>
  kind === "connector" ? connector.repeat([...text].length) : kind === "upper" ? toLower(text) : text;

const isPlain = (word: Word | undefined): word is Word => word?.kind === "letters" || word?.kind === "number";

class Writing {
  readonly #words: readonly Word[];
  readonly #connector: string;
  #at = 0;
  text = "";
  constructor(words: readonly Word[], connector: string) {
    this.#words = words;
    this.#connector = connector;
  }

  get next(): Word | undefined {
    return this.#words[this.#at];
  }

  take(): Word | undefined {
    const word = this.next;
    if (word) this.text += written(word, this.#connector);
    this.#at += 1;
    return word;
  }

  /** Small letters and numbers stay together. */
  takePlain(): void {
    while (isPlain(this.next)) this.take();
    this.connect();
  }

  connect(): void {
    if (!isJoint(this.next)) this.text += this.#connector;
  }

  /** A number belongs to what is before it, unless small letters follow. */
  takeNumber(): void {
    if (this.#words[this.#at + 1]?.kind === "letters") {
      this.text += this.#connector;
      this.take();
      this.takePlain();
    } else {
      this.take();
      this.connect();
    }
  }
}

export const separated = (text: string, connector: string): string => {
  const writing = new Writing(wordsOf(text), connector);
  while (writing.next) {
    const word = writing.take();
    if (word?.kind === "number") writing.takePlain();
    else if (isJoint(word)) continue;
    else if (writing.next?.kind === "number") writing.takeNumber();
    else writing.connect();
  }
  return writing.text;
};
