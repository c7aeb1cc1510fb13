import { type BackendContext, type Operation, VaultError } from "../../framework/index.ts";
import { type AccessRequest, type Decision, decide } from "../../policy/index.ts";
import { noStorage, provisionalSystem } from "../config/bootstrap.ts";
import type { Core } from "../core.ts";
import type { KnownToken } from "../tokens/types.ts";
import { authorise } from "./authorise.ts";
import { makeContext, overStorage } from "./context.ts";
import { operationOf } from "./route.ts";
import { type Allowed, type Known, stamp } from "./stage.ts";

/**
 * Decides and records, in one call: a denial cannot go unrecorded, and nothing runs that was not recorded.
 *
 * Security: the caller is told `permission denied` and no more; the rule that decided is in the audit line. Nobody
 * learns a field's type or causes a read of storage before the policy has decided: where both create and update are
 * denied, the refusal comes before the look whether the entry exists, and fields are read only after the decision.
 */

const contextFor = async (core: Core, known: Known, warnings: string[]): Promise<BackendContext | undefined> => {
  if (!known.mount) return undefined;
  const provisional = known.mount === provisionalSystem;
  return makeContext(core, known.mount, {
    request: known.decoded,
    trail: known.trail,
    known: known.known,
    backend: known.backend,
    warnings,
    generatePassword: core.passwords.generate,
    read: provisional ? noStorage.getMany : known.reads.get,
    storage: provisional ? noStorage : known.reads.over(await core.store.view(known.mount.info.id)),
  });
};

const accessTo = (known: Known, operation: Operation): AccessRequest => {
  const { decoded, match } = known;
  const ops = match?.path.ops;
  const twin = operation === "create" ? ops?.update : operation === "update" ? ops?.create : undefined;
  return {
    path: decoded.path,
    folding: known.folding,
    operation,
    parameters: decoded.data,
    wrapTtl: decoded.wrapTtl,
    sudoPath: (ops?.[operation] ?? twin)?.access === "sudo",
  };
};

/** Refuses a write that is denied whether or not its entry exists. */
const refuseEither = async (core: Core, known: Known, caller: KnownToken): Promise<void> => {
  const acl = await core.policies.acl(caller.policies, caller.entity);
  const either = (["create", "update"] as const).some((operation) => decide(acl, accessTo(known, operation)).allowed);
  if (!either) await authorise(core, caller, accessTo(known, "update"), known.trail);
};

const operation = async (core: Core, known: Known, cx: BackendContext | undefined): Promise<Operation> => {
  const { decoded, match } = known;
  if (decoded.verb === "header" && known.known?.isRoot) {
    throw new VaultError("unsupported_operation", { wire: "unsupported operation", multi: true });
  }
  // An endpoint without a token may answer HEAD as it answers GET, and refuses by itself what it must not answer.
  if (known.open && decoded.verb === "header") return "read";
  if (decoded.verb !== "update" || !match?.path.exists || !cx) return operationOf(decoded.verb, undefined);
  if (known.known) await refuseEither(core, known, known.known);
  // The handler reads what was prefetched; the check whether it exists must not use that up.
  const looking = overStorage(cx, known.reads.looking(cx.storage));
  return operationOf("update", await match.path.exists({ params: match.params }, looking));
};

const decisionFor = async (core: Core, known: Known, op: Operation): Promise<Decision | undefined> => {
  if (known.open || !known.known || known.decoded.verb === "help") return undefined;
  return authorise(core, known.known, accessTo(known, op), known.trail);
};

export const guard = async (core: Core, known: Known): Promise<Allowed> => {
  const { trail } = known;
  const warnings: string[] = [];
  const cx = await contextFor(core, known, warnings);
  const op = await operation(core, known, cx);
  trail.learn({ operation: op });
  const decision = await decisionFor(core, known, op);
  await trail.allowed();
  return stamp<Allowed>({ ...known, operation: op, decision, cx, warnings });
};
