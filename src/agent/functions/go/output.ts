import { type Room, unrunnable } from "../../../go-template/index.ts";

/** Deepest lists and maps within each other that are written or walked; a map may hold itself. */
const DEEPEST = 200;

/** What a writer of JSON, YAML or TOML makes, measured while it grows. */
export class Output {
  readonly #room: Room;
  readonly #parts: string[] = [];
  #length = 0;
  #depth = 0;
  constructor(room: Room) {
    this.#room = room;
  }

  put(text: string): void {
    this.#length += text.length;
    this.#room.text(this.#length);
    this.#parts.push(text);
  }

  /** Does the work one level deeper. */
  within(work: () => void): void {
    this.#room.step();
    this.#depth += 1;
    assertDepth(this.#depth);
    work();
    this.#depth -= 1;
  }

  get isEmpty(): boolean {
    return this.#length === 0;
  }

  get text(): string {
    return this.#parts.join("");
  }
}

export const assertDepth = (depth: number): void => {
  if (depth > DEEPEST) unrunnable(`a value is nested deeper than ${DEEPEST}`);
};
