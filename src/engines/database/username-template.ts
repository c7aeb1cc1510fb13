import { SettingsError } from "./failure.ts";
import { FUNCTIONS, TemplateError, type TemplateValue, type TemplateWorld } from "./template-functions.ts";

/**
 * Username templates: the part of Go's text/template that Vault documents for them. Fields, texts, numbers, function
 * calls, parentheses and pipelines; a pipeline hands its value on as the last argument. No loops, no conditions.
 * Source: Vault documentation, "Username templating"; Go documentation, text/template.
 */

export interface TemplateData {
  readonly DisplayName: string;
  readonly RoleName: string;
}

export interface UsernameTemplate {
  /** A user name of safe characters only. Throws `TemplateError` for what only shows when it runs. */
  render(data: TemplateData, world: TemplateWorld): string;
}

type Node =
  | { readonly type: "value"; readonly value: TemplateValue }
  | { readonly type: "field"; readonly name: string }
  | { readonly type: "call"; readonly name: string; readonly args: readonly Node[] };

const TOKEN = /\s*(?:("(?:[^"\\]|\\.)*"|`[^`]*`)|(\.[A-Za-z_]\w*)|(-?\d+(?![\w.]))|([A-Za-z_]\w*)|([|()]))/y;
const LONGEST = 4096;

const refuse = (why: string): never => {
  throw new SettingsError(`unable to initialize username template: unable to parse template: ${why}`);
};

const unquote = (token: string): string => {
  if (token.startsWith("`")) return token.slice(1, -1);
  try {
    return String(JSON.parse(token));
  } catch {
    return refuse(`bad text ${token}`);
  }
};

/** Reads one action; `(` and `)` nest, `|` hands on. */
const parseAction = (source: string): Node => {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  for (let end = 0; source.slice(end).trim() !== ""; end = TOKEN.lastIndex) {
    TOKEN.lastIndex = end;
    const match = TOKEN.exec(source);
    if (!match) return refuse(`unexpected ${JSON.stringify(source.slice(end).trim().slice(0, 10))} in command`);
    tokens.push(match[0].trim());
  }
  let at = 0;

  const operand = (): Node => {
    const token = tokens[at] ?? refuse("missing value for command");
    at += 1;
    if (token === "(") {
      const inner = pipeline();
      if (tokens[at] !== ")") return refuse("unclosed left paren");
      at += 1;
      return inner;
    }
    if (token.startsWith('"') || token.startsWith("`")) return { type: "value", value: unquote(token) };
    if (token.startsWith(".")) return { type: "field", name: token.slice(1) };
    if (/^-?\d/.test(token)) return { type: "value", value: Number(token) };
    if (!FUNCTIONS.has(token)) return refuse(`function ${JSON.stringify(token)} not defined`);
    return { type: "call", name: token, args: [] };
  };

  const command = (): Node => {
    const first = operand();
    const args: Node[] = [];
    while (at < tokens.length && tokens[at] !== "|" && tokens[at] !== ")") args.push(operand());
    if (args.length === 0) return first;
    return first.type === "call" && first.args.length === 0
      ? { ...first, args }
      : refuse("can't give an argument to what is no function");
  };

  const pipeline = (): Node => {
    let node = command();
    while (tokens[at] === "|") {
      at += 1;
      const next = command();
      if (next.type !== "call") return refuse("non executable command in pipeline");
      node = { ...next, args: [...next.args, node] };
    }
    return node;
  };

  const node = pipeline();
  return at < tokens.length ? refuse(`unexpected ${JSON.stringify(tokens[at])}`) : node;
};

const parse = (source: string): readonly (string | Node)[] => {
  const parts: (string | Node)[] = [];
  let rest = source;
  for (;;) {
    const open = rest.indexOf("{{");
    if (open < 0) return [...parts, rest];
    const close = /^\{\{(-\s)?((?:"(?:[^"\\]|\\.)*"|`[^`]*`|[^"`}]|\}(?!\}))*)\}\}/.exec(rest.slice(open));
    if (!close) return refuse("unclosed action");
    const inner = close[2] ?? "";
    const before = rest.slice(0, open);
    parts.push(close[1] === undefined ? before : before.trimEnd(), parseAction(inner.replace(/\s-$/, "")));
    rest = rest.slice(open + close[0].length);
    if (/\s-$/.test(inner)) rest = rest.trimStart();
  }
};

const evaluate = (node: Node, data: TemplateData, world: TemplateWorld): TemplateValue => {
  if (node.type === "value") return node.value;
  if (node.type === "field") {
    if (node.name === "DisplayName" || node.name === "RoleName") return data[node.name];
    throw new TemplateError(`can't evaluate field ${node.name}`);
  }
  const run = FUNCTIONS.get(node.name);
  if (!run) throw new TemplateError(`function ${node.name} is not defined`);
  return run(
    node.args.map((arg) => evaluate(arg, data, world)),
    world,
  );
};

/** Names come from callers, so whatever SQL or a shell could mind is taken out of the result. */
const safe = (name: string): string => name.replace(/[^A-Za-z0-9_.@+-]/g, "-");

/**
 * Reads a template. Throws `SettingsError` with Vault's texts: `unable to initialize username template: …` for one
 * that cannot be read, `invalid username template: …` for one that cannot be run.
 */
export const parseUsernameTemplate = (source: string, world: TemplateWorld): UsernameTemplate => {
  if (source.length > LONGEST) return refuse("it is too long");
  const parts = parse(source);
  const render = (data: TemplateData, around: TemplateWorld): string => {
    const name = parts.map((part) => (typeof part === "string" ? part : evaluate(part, data, around))).join("");
    if (name.trim() === "") throw new TemplateError("it makes an empty name");
    return safe(name);
  };
  try {
    render({ DisplayName: "token", RoleName: "role" }, world);
  } catch (cause) {
    if (!(cause instanceof TemplateError)) throw cause;
    throw new SettingsError(`invalid username template: unable to apply template: ${cause.message}`);
  }
  return { render };
};
