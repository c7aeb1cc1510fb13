import { type BackendContext, type Operation, permissionDenied, VaultError } from "../../framework/index.ts";
import { parseInput } from "../../framework/parse.ts";
import { type Decision, decide } from "../../policy/index.ts";
import { noStorage, provisionalSystem } from "../config/bootstrap.ts";
import type { Core } from "../core.ts";
import { makeContext, overStorage } from "./context.ts";
import { operationOf } from "./route.ts";
import { type Allowed, type Known, stamp } from "./stage.ts";

/**
 * Decides and records, in one call: a denial cannot go unrecorded, and nothing runs that was not recorded.
 *
 * Security: the caller is told `permission denied` and no more; the rule that decided is in the audit line.
 */

const contextFor = async (core: Core, known: Known, warnings: string[]): Promise<BackendContext | undefined> => {
  if (!known.mount) return undefined;
  return makeContext(core, known.mount, {
    request: known.decoded,
    ...(known.known ? { known: known.known } : {}),
    warnings,
    generatePassword: core.passwords.generate,
    storage:
      known.mount === provisionalSystem ? noStorage : known.reads.over(await core.store.view(known.mount.info.id)),
  });
};

const operation = async (known: Known, cx: BackendContext | undefined): Promise<Operation> => {
  const { decoded, match } = known;
  if (decoded.verb === "header" && known.known?.isRoot) {
    throw new VaultError("unsupported_operation", { wire: "unsupported operation", multi: true });
  }
  // An endpoint without a token may answer HEAD as it answers GET; what it must not, it refuses itself.
  if (known.open && decoded.verb === "header") return "read";
  if (decoded.verb !== "update" || !match?.path.exists || !cx) return operationOf(decoded.verb, undefined);
  // Vault reads the fields of such a path before it asks the policy: a wrong type is 400 even for who may not write.
  const op = match.path.ops.update ?? match.path.ops.create;
  if (op) parseInput(match.path, "update", op, match.params, decoded.data);
  // The handler reads what was prefetched; looking whether it is there must not take it away.
  const looking = overStorage(cx, known.reads.looking(cx.storage));
  return operationOf("update", await match.path.exists({ params: match.params }, looking));
};

const decisionFor = async (core: Core, known: Known, op: Operation): Promise<Decision | undefined> => {
  if (known.open || !known.known || known.decoded.verb === "help") return undefined;
  const { decoded, match } = known;
  const ops = match?.path.ops;
  const twin = op === "create" ? ops?.update : op === "update" ? ops?.create : undefined;
  const acl = await core.policies.acl(known.known.policies, known.known.entity);
  return decide(acl, {
    path: decoded.path,
    operation: op,
    parameters: decoded.data,
    ...(decoded.wrapTtl === undefined ? {} : { wrapTtl: decoded.wrapTtl }),
    sudoPath: (ops?.[op] ?? twin)?.access === "sudo",
  });
};

export const guard = async (core: Core, known: Known): Promise<Allowed> => {
  const { decoded, mount } = known;
  const warnings: string[] = [];
  const cx = await contextFor(core, known, warnings);
  const record = (op: string, decision: Decision | undefined, error?: string) =>
    core.audit.request({
      decoded,
      mount,
      known: known.known,
      decision,
      operation: op,
      error,
    });
  try {
    const op = await operation(known, cx);
    const decision = await decisionFor(core, known, op);
    if (decision && !decision.allowed) {
      await record(op, decision, "permission denied");
      throw permissionDenied(decision.reason, "permission denied", true);
    }
    await record(op, decision);
    return stamp<Allowed>({ ...known, operation: op, decision, cx, warnings });
  } catch (cause) {
    if (known.lastUse && known.known) await core.tokens.revoke(known.known.token.tag);
    throw cause;
  }
};
