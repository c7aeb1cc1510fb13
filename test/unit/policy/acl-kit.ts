import { type AccessRequest, type Acl, compileAcl, decide, parsePolicy } from "../../../src/policy/index.ts";
import type { TemplateContext } from "../../../src/policy/template.ts";

/** Compiles policy texts under the names p1, p2, ... */
export const aclOf = (...texts: readonly string[]): Acl =>
  compileAcl(texts.map((text, index) => parsePolicy(`p${index + 1}`, text)));

export const templatedAcl = (text: string, identity?: TemplateContext): Acl =>
  compileAcl([parsePolicy("p1", text)], identity);

/** A stanza: `rule("kv/*", "read list")`. */
export const rule = (path: string, capabilities: string, extra = ""): string => {
  const names = capabilities.split(" ").filter((name) => name !== "");
  return `path ${JSON.stringify(path)} { capabilities = ${JSON.stringify(names)} ${extra} }\n`;
};

/** Asks with an operation and a path: `asked("read kv/a")`. */
export const request = (text: string, more: Partial<AccessRequest> = {}): AccessRequest => {
  const [operation = "", path = ""] = text.split(" ");
  return { operation: operation as AccessRequest["operation"], path, sudoPath: false, ...more };
};

export const allows = (acl: Acl, text: string, more: Partial<AccessRequest> = {}): boolean =>
  decide(acl, request(text, more)).allowed;

/** The text a call is refused with. */
export const wireOf = (call: () => unknown): string => {
  try {
    call();
  } catch (error) {
    if (error instanceof Error && "wire" in error && typeof error.wire === "string") return error.wire;
    throw error;
  }
  return "accepted";
};
