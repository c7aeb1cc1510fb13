import type { Pairs } from "../functions/index.ts";

/** What a template asked for. */
export type Need =
  | { readonly kind: "read"; readonly path: string; readonly query: Pairs }
  | { readonly kind: "write"; readonly path: string; readonly data: Pairs }
  | { readonly kind: "list"; readonly path: string }
  /** `file`: the template's destination, where a certificate may be that is still good; `parts`: what it must hold. */
  | {
      readonly kind: "pki";
      readonly path: string;
      readonly data: Pairs;
      readonly file: string | undefined;
      readonly parts: readonly Part[];
    }
  /** `sandbox`: the folder it must be in. */
  | { readonly kind: "file"; readonly path: string; readonly sandbox: string | undefined };

/** The parts of a certificate that a template's text names. */
export type Part = "key" | "ca";

/** The same for the same question, so that it is asked once. */
export const keyOf = (need: Need): string => {
  const sorted = (pairs: Pairs): readonly (readonly [string, string])[] =>
    Object.entries(pairs).sort(([a], [b]) => (a < b ? -1 : 1));
  switch (need.kind) {
    case "read":
      return JSON.stringify([need.kind, need.path, sorted(need.query)]);
    case "write":
      return JSON.stringify([need.kind, need.path, sorted(need.data)]);
    case "pki":
      return JSON.stringify([need.kind, need.path, sorted(need.data), need.file ?? null, need.parts]);
    case "file":
      return JSON.stringify([need.kind, need.path, need.sandbox ?? null]);
    case "list":
      return JSON.stringify([need.kind, need.path]);
  }
};

/** As consul-template names it in its log; what is written stays out, because it may be secret. */
export const nameOf = (need: Need): string => {
  switch (need.kind) {
    case "read": {
      const version = need.query["version"];
      return `vault.read(${need.path}${version === undefined ? "" : `.v${version}`})`;
    }
    case "write":
      return `vault.write(${need.path})`;
    case "list":
      return `vault.list(${need.path})`;
    case "pki":
      return `vault.pki(${need.path}${need.file === undefined ? "" : `->${need.file}`})`;
    case "file":
      return `file(${need.path})`;
  }
};
