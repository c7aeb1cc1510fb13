/**
 * A radix tree: values under prefixes, found by walking the text once, however many prefixes there are.
 */
interface Node<T> {
  /** The text on the edge that leads here. */
  label: string;
  value: T | undefined;
  readonly children: Map<number, Node<T>>;
}

const commonLength = (a: string, b: string): number => {
  let length = 0;
  // Past the end of a text the code is NaN, which equals nothing.
  while (a.charCodeAt(length) === b.charCodeAt(length)) length++;
  return length;
};

export class PrefixTree<T> {
  readonly #root: Node<T> = { label: "", value: undefined, children: new Map() };

  /** Puts a value under a prefix; a second value under the same prefix replaces the first. */
  set(prefix: string, value: T): void {
    let node = this.#root;
    let rest = prefix;
    while (rest !== "") {
      const child = node.children.get(rest.charCodeAt(0));
      if (child === undefined) {
        node.children.set(rest.charCodeAt(0), { label: rest, value, children: new Map() });
        return;
      }
      const shared = commonLength(child.label, rest);
      if (shared < child.label.length) {
        const lower: Node<T> = {
          label: child.label.slice(shared),
          value: child.value,
          children: new Map(child.children),
        };
        child.label = child.label.slice(0, shared);
        child.value = undefined;
        child.children.clear();
        child.children.set(lower.label.charCodeAt(0), lower);
      }
      node = child;
      rest = rest.slice(shared);
    }
    node.value = value;
  }

  /** Calls back with the values under all prefixes of the text, shortest first. */
  visit(text: string, found: (value: T) => void): void {
    let node = this.#root;
    let at = 0;
    for (;;) {
      if (node.value !== undefined) found(node.value);
      const child = node.children.get(text.charCodeAt(at));
      if (child === undefined || !text.startsWith(child.label, at)) return;
      at += child.label.length;
      node = child;
    }
  }

  /** The value under the longest prefix of the text. */
  longest(text: string): T | undefined {
    let best: T | undefined;
    this.visit(text, (value) => {
      best = value;
    });
    return best;
  }
}
