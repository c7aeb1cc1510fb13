import { type AnyOp, invalidRequest, VaultError } from "../../framework/index.ts";
import { parseInput } from "../../framework/parse.ts";
import type { Core } from "../core.ts";
import { noRoute, tainted } from "./route.ts";
import { type Allowed, type Parsed, stamp } from "./stage.ts";

/** Finds the operation's row and coerces its input; missing things are reported only now, after the policy decision. */

const unsupported = (code: "unsupported_path" | "unsupported_operation", open: boolean): VaultError =>
  new VaultError(code, {
    wire: code === "unsupported_path" ? "unsupported path" : "unsupported operation",
    multi: !open,
  });

/** As an unread body without any token is refused in `src/http/body.ts`. */
const tooHeavy = (): VaultError =>
  invalidRequest("refused JSON input due to high complexity: exceeded maximum number of values");

export const parse = async (core: Core, allowed: Allowed): Promise<Parsed> => {
  const { decoded, mount, backend, match, cx, operation, open } = allowed;
  if (!mount || !backend || !cx) throw noRoute(decoded.path);
  if (mount.tainted) throw tainted(decoded.path);
  const placed = { ...allowed, mount, backend, cx };
  if (decoded.verb === "help") {
    if (!match && allowed.below !== "") throw unsupported("unsupported_path", open);
    const run = async () => {
      // Loaded when somebody asks: it carries the OpenAPI of every path along.
      const { helpFor } = await import("../../framework/help.ts");
      return { bare: helpFor(backend, match) };
    };
    return stamp<Parsed>({ ...placed, run });
  }
  if (!match) throw unsupported("unsupported_path", open);
  if (decoded.unread) throw tooHeavy();
  const { ops } = match.path;
  // A create reaches the update's handler where the table has no create of its own, and the other way round.
  const twin = operation === "create" ? ops.update : operation === "update" ? ops.create : undefined;
  const op: AnyOp | undefined = ops[operation] ?? twin;
  if (!op) throw unsupported("unsupported_operation", open);
  const { input, warnings } = parseInput(match.path, operation, op, match.params, decoded.data);
  allowed.warnings.push(...warnings);
  const { params, given } = match;
  const request = { params, given, input, operation, path: allowed.below };
  const run = async () => {
    const reply = await op.handle(request, cx);
    core.observeReply?.({ backend, path: match.path, operation, op, reply });
    return reply;
  };
  return stamp<Parsed>({ ...placed, run });
};
