import type { AuditRecord } from "../audit/types.ts";
import { VaultError } from "../framework/index.ts";
import { uuid } from "../std/random.ts";
import type { Sensitive } from "../std/sensitive.ts";
import { unseal } from "./config/seal.ts";
import type { Core } from "./core.ts";

/**
 * The operator's orders: what no token can ask for, because no token may exist yet. What passes an order on has
 * authorised it (IAM in a deployment, the terminal of the local server). Each order is recorded before it is obeyed and
 * after.
 *
 * Security: a root token nobody recorded must not live: when the record of its making fails, it is revoked. An order
 * that is refused is recorded as well.
 */

interface OrderRow {
  /** The path that the audit log shows. */
  readonly path: string;
  /** Answers the new root token; `undefined` where the order makes none. */
  readonly obey: (core: Core, rootId: string | undefined) => Promise<Sensitive<string> | undefined>;
  /** What it is counted as. */
  readonly event: "root-generated" | "unsealed";
}

/** Loaded for the order alone: no request makes the first root token. */
const beginning = () => import("./config/initialize.ts");

const ROWS = {
  init: {
    path: "sys/init",
    obey: async (core, rootId) => (await beginning()).initialize(core, rootId),
    event: "root-generated",
  },
  "generate-root": {
    path: "sys/generate-root",
    obey: async (core, rootId) => (await beginning()).generateRoot(core, rootId),
    event: "root-generated",
  },
  unseal: { path: "sys/unseal", obey: (core) => unseal(core).then(() => undefined), event: "unsealed" },
} as const satisfies Readonly<Record<string, OrderRow>>;

export type Order = keyof typeof ROWS;
/** Those that make a root token. */
type RootOrder = Exclude<Order, "unseal">;
export const ORDERS: readonly [Order, ...Order[]] = ["init", "generate-root", "unseal"];

export interface OrderOptions {
  /** The id of the new root token; absent: a random one. */
  readonly rootId?: string | undefined;
  /** Who gave the order, as AWS says; the audit line names them. */
  readonly operator?: string | undefined;
  /** Why the order is refused: this is recorded and thrown. */
  readonly refusal?: VaultError | undefined;
}

const recordOf = (core: Core, order: Order, operator: string | undefined): AuditRecord => ({
  operation: "update",
  payload: false,
  operator,
  decoded: {
    requestId: uuid(core.random),
    path: ROWS[order].path,
    token: undefined,
    wrapTtl: undefined,
    data: {},
    headers: {},
    sourceAddress: "",
  },
});

/**
 * Carries an order out; answers the new root token, if the order makes one. Throws what the order throws, and when it
 * cannot be recorded.
 */
export function obey(core: Core, order: RootOrder, options?: OrderOptions): Promise<Sensitive<string>>;
export function obey(core: Core, order: Order, options?: OrderOptions): Promise<Sensitive<string> | undefined>;
export async function obey(
  core: Core,
  order: Order,
  options: OrderOptions = {},
): Promise<Sensitive<string> | undefined> {
  // What this environment knows may be older than the last initialization or sealing.
  core.config.drop();
  const record = recordOf(core, order, options.operator);
  await core.audit.request(options.refusal ? { ...record, refused: true } : record);
  let token: Sensitive<string> | undefined;
  try {
    if (options.refusal) throw options.refusal;
    token = await ROWS[order].obey(core, options.rootId);
  } catch (error) {
    const wire = error instanceof VaultError ? error.wire : undefined;
    await core.audit.response({ ...record, error: wire ?? "internal error" }, {});
    throw error;
  }
  core.signal({ kind: ROWS[order].event });
  try {
    await core.audit.response(record, {});
  } catch (error) {
    const tag = token && (await core.tokens.tag(token.reveal()));
    if (tag !== undefined) await core.tokens.revoke(tag);
    throw error;
  }
  return token;
}
