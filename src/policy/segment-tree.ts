import { PrefixTree } from "./prefix-tree.ts";

/**
 * A tree over path segments with an edge for `+`: finds every pattern with `+` segments that matches a path. Each step
 * follows at most two edges, so the cost is that of the patterns that share the path's shape, not of all patterns.
 */
interface Node<T> {
  readonly literals: Map<string, Node<T>>;
  plus: Node<T> | undefined;
  /** A pattern that ends here: the path must end too. */
  value: T | undefined;
  /** Patterns whose last segment ends in `*`: a prefix of the segment here; more segments may follow. */
  tails: PrefixTree<T> | undefined;
}

const emptyNode = <T>(): Node<T> => ({ literals: new Map(), plus: undefined, value: undefined, tails: undefined });

const step = <T>(node: Node<T>, part: string): Node<T> => {
  if (part === "+") {
    node.plus ??= emptyNode();
    return node.plus;
  }
  const known = node.literals.get(part);
  if (known !== undefined) return known;
  const made = emptyNode<T>();
  node.literals.set(part, made);
  return made;
};

const walk = <T>(node: Node<T>, parts: readonly string[], index: number, found: (value: T) => void): void => {
  const part = parts[index];
  if (part === undefined) {
    if (node.value !== undefined) found(node.value);
    return;
  }
  node.tails?.visit(part, found);
  const literal = node.literals.get(part);
  if (literal !== undefined) walk(literal, parts, index + 1, found);
  if (node.plus !== undefined) walk(node.plus, parts, index + 1, found);
};

export class SegmentTree<T> {
  readonly #root: Node<T> = emptyNode();
  #empty = true;

  set(pattern: string, value: T): void {
    this.#empty = false;
    const starred = pattern.endsWith("*");
    const parts = (starred ? pattern.slice(0, -1) : pattern).split("/");
    const whole = starred ? parts.length - 1 : parts.length;
    const node = parts.slice(0, whole).reduce<Node<T>>((at, part) => step(at, part), this.#root);
    if (starred) {
      node.tails ??= new PrefixTree();
      node.tails.set(parts.slice(whole).join("/"), value);
    } else {
      node.value = value;
    }
  }

  /** Calls back with the value of every pattern that matches the path, in no order. */
  visit(path: string, found: (value: T) => void): void {
    if (!this.#empty) walk(this.#root, path.split("/"), 0, found);
  }
}
