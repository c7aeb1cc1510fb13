import { isFault, type JsonTree, readTree } from "../client/json-tree.ts";
import { kit } from "../texts/kit.ts";
import { SecretValue } from "./secret-value.tsx";
import { Visible } from "./visible.tsx";

/** JSON as it was written, digit by digit; text and numbers are dots until shown, one by one. */

interface JsonViewProps {
  readonly text: string;
  /** What it is. */
  readonly label: string;
  /** Whether the value at a path of names is shown at once: no secret. Items of a list have their list's path. */
  readonly open?: ((names: readonly string[]) => boolean) | undefined;
}

interface NodeProps extends Pick<JsonViewProps, "text" | "open"> {
  readonly tree: JsonTree;
  readonly names: readonly string[];
}

/** What copying a leaf gives: of a string, what it says. */
const said = (source: string): string => {
  const value: unknown = JSON.parse(source);
  return typeof value === "string" ? value : source;
};

const Leaf = ({ text, tree, names, open }: NodeProps) => {
  const source = text.slice(tree.from, tree.to);
  const plain = tree.kind === "true" || tree.kind === "false" || tree.kind === "null" || open?.(names);
  if (plain) return <Visible text={source} />;
  return <SecretValue name={names.at(-1) ?? kit.value} value={source} copies={said(source)} />;
};

const Node = (props: NodeProps) => {
  const { tree, names } = props;
  if (tree.kind !== "object" && tree.kind !== "array") return <Leaf {...props} />;
  const isList = tree.kind === "array";
  const parts = isList ? tree.items.map((value) => ({ name: undefined, value })) : tree.members;
  const [opening, closing] = isList ? "[]" : "{}";
  if (parts.length === 0) return `${opening}${closing}`;
  return (
    <>
      {opening}
      <ul class="json-parts">
        {parts.map(({ name, value }, index) => (
          <li key={index}>
            {name !== undefined && (
              <span class="json-name">
                <Visible text={JSON.stringify(name)} />:{" "}
              </span>
            )}
            <Node {...props} tree={value} names={name === undefined ? names : [...names, name]} />
          </li>
        ))}
      </ul>
      {closing}
    </>
  );
};

export const JsonView = ({ text, label, open }: JsonViewProps) => {
  const tree = readTree(text);
  return (
    <section class="json" aria-label={label}>
      {isFault(tree) ? (
        <SecretValue name={label} value={text} />
      ) : (
        <Node text={text} open={open} tree={tree} names={[]} />
      )}
    </section>
  );
};
