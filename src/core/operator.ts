import type { AuditRecord } from "../audit/types.ts";
import { VaultError } from "../framework/index.ts";
import { uuid } from "../std/random.ts";
import type { Sensitive } from "../std/sensitive.ts";
import { generateRoot, initialize } from "./config/initialize.ts";
import type { Core } from "./core.ts";

/**
 * The operator's orders: what no token can ask for, because no token may exist yet. Whoever passes an order on has
 * authorised it (IAM in a deployment, the terminal of the local server); the order itself is recorded before it is
 * obeyed and after.
 *
 * Security: a root token nobody recorded must not live: when the record of its making fails, it is revoked.
 */

interface OrderRow {
  /** The path that the audit log shows. */
  readonly path: string;
  readonly obey: (core: Core, rootId: string | undefined) => Promise<Sensitive<string>>;
}

const ROWS = {
  init: { path: "sys/init", obey: initialize },
  "generate-root": { path: "sys/generate-root", obey: generateRoot },
} as const satisfies Readonly<Record<string, OrderRow>>;

export type Order = keyof typeof ROWS;
export const ORDERS: readonly [Order, ...Order[]] = ["init", "generate-root"];

export interface OrderOptions {
  /** The id of the new root token; absent: a random one. */
  readonly rootId?: string | undefined;
}

const recordOf = (core: Core, order: Order): AuditRecord => ({
  operation: "update",
  payload: false,
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

/** Carries an order out; answers the new root token. Throws what the order throws, and when it cannot be recorded. */
export const obey = async (core: Core, order: Order, options: OrderOptions = {}): Promise<Sensitive<string>> => {
  // This environment may have looked before somebody else initialized.
  core.config.drop();
  const record = recordOf(core, order);
  await core.audit.request(record);
  let token: Sensitive<string>;
  try {
    token = await ROWS[order].obey(core, options.rootId);
  } catch (error) {
    const wire = error instanceof VaultError ? error.wire : undefined;
    await core.audit.response({ ...record, error: wire ?? "internal error" }, {});
    throw error;
  }
  core.signal({ kind: "root-generated" });
  try {
    await core.audit.response(record, {});
  } catch (error) {
    const tag = await core.tokens.tag(token.reveal());
    if (tag !== undefined) await core.tokens.revoke(tag);
    throw error;
  }
  return token;
};
