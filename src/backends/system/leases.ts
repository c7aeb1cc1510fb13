import { z } from "zod";
import type { Core } from "../../core/core.ts";
import { hasEnded } from "../../core/leases/expiry.ts";
import { ownRequest } from "../../core/request/context.ts";
import { renewed } from "../../core/request/core-reply.ts";
import { rightsOf } from "../../core/request/rights.ts";
import { type BackendContext, field, invalidRequest, Keys, op, path } from "../../framework/index.ts";
import type { JsonObject } from "../../std/json.ts";
import { seconds } from "../../std/time.ts";
import { DOMAINS, leaseAddress } from "../../storage/keys.ts";
import { LeaseShown, ofEngine, ofToken, whyStuck } from "./lease-shown.ts";
import { PATIENCE_MS } from "./mount-disable.ts";

/**
 * `sys/leases`: look up, renew and revoke, by id and by prefix; and the older spellings without `leases/`.
 *
 * Security: an id may be in the path or in the body, and the body wins, as in Vault. So a deny on
 * `sys/leases/renew/ID`, `sys/leases/revoke/ID` or `sys/leases/lookup/ID` also holds for an id in a body.
 */

const idOf = (inBody: string | undefined, inPath?: string): string => {
  const id = inBody !== undefined && inBody !== "" ? inBody : (inPath ?? "");
  if (id === "") throw invalidRequest("lease_id must be specified");
  return id;
};

/** With status 202: the rest is being revoked. */
const Unfinished = z.object({ job_id: z.string() });

const ACCEPTED = { status: 202 } as const;

export const leasePaths = (core: Core) => {
  const now = () => core.clock.now();

  /** What became of a revocation is for those who may see the list of such leases. */
  const lookup = async (id: string, cx: BackendContext) => {
    const token = await core.leases.tokenOf(id);
    if (token) return { data: ofToken(token, now()) };
    const lease = await core.leases.lookup(id, ownRequest(cx).read);
    const stuck = lease?.state === "live" ? undefined : await core.leases.stuck(id);
    if (stuck && (await rightsOf(core, cx)).maySudo("sys/leases", "read")) {
      return { data: { ...ofEngine(stuck, now()), ...whyStuck(stuck) } };
    }
    // The clock decides: what has ended is gone, whether or not the sweeper has been there.
    if (!lease || (lease.state === "live" && hasEnded(lease.expires, now()))) throw invalidRequest("invalid lease");
    return { data: ofEngine(lease, now()) };
  };

  const renew = async (id: string, increment: number, cx: BackendContext) => {
    if (await core.leases.tokenOf(id)) throw invalidRequest("tokens cannot be renewed through this endpoint");
    const { lease, warnings } = await core.leases.renew(id, seconds(increment), ownRequest(cx).read);
    return renewed({ id: lease.id, renewable: lease.renewable, duration: lease.ttl }, warnings);
  };

  const revoke = async (id: string, sync: boolean, cx: BackendContext) => {
    if (sync) await core.leases.revoke(id, { read: ownRequest(cx).read });
    else await core.leases.expireNow(id);
    return sync ? undefined : ACCEPTED;
  };

  const revokePrefix = async (prefix: string, force: boolean, sync: boolean) => {
    const { job } = await core.leases.revokePrefix(prefix, { force, sync, deadlineMs: now() + PATIENCE_MS });
    if (!sync && !force) return ACCEPTED;
    if (job === undefined) return undefined;
    return {
      status: 202,
      data: { job_id: job },
      warnings: ["Too many leases for one request: the rest is being revoked"],
    };
  };

  const lease_id = field.text("id of the lease");
  const increment = field.duration("wanted lifetime from now; 0 for the lease's own");
  const sync = field.flag("wait until it is revoked; true by default");
  const renewInput = z.object({ lease_id, increment });
  const revokeInput = z.object({ lease_id, sync });
  const prefixInput = z.object({ sync });
  const byId = { url_lease_id: "id of the lease" };
  const byPrefix = { prefix: "start of the lease ids, at whole path elements" };

  /** The lease meant is read together with the token. */
  const prefetch = async ({
    params,
    data,
  }: {
    readonly params: { url_lease_id?: string };
    readonly data: JsonObject;
  }) => {
    const inBody = data["lease_id"];
    const id = typeof inBody === "string" && inBody !== "" ? inBody : (params.url_lease_id ?? "");
    return id === "" ? [] : [leaseAddress((await core.store.names(DOMAINS.lease)).tag(id))];
  };
  const renewHere = { summary: "renew a lease", answers: "lease", input: renewInput, prefetch } as const;
  const revokeHere = { summary: "revoke a lease", answers: "nothing", input: revokeInput, prefetch } as const;
  type RenewGiven = z.output<typeof renewInput>;
  type RevokeGiven = z.output<typeof revokeInput>;

  /** The id that was given; refused where a policy denies it by a path of its own. */
  const permitted = async (
    verb: "lookup" | "renew" | "revoke",
    given: string | undefined,
    cx: BackendContext,
    inPath = "",
  ) => {
    const id = idOf(given, inPath);
    (await rightsOf(core, cx)).respect([`sys/leases/${verb}/${id}`, `sys/${verb}/${id}`], "update");
    return id;
  };
  const renewing = async (given: RenewGiven, cx: BackendContext, inPath?: string) =>
    renew(await permitted("renew", given.lease_id, cx, inPath), given.increment ?? 0, cx);
  const revoking = async (given: RevokeGiven, cx: BackendContext, inPath?: string) =>
    revoke(await permitted("revoke", given.lease_id, cx, inPath), given.sync ?? true, cx);

  const renewal = {
    summary: "renew a lease",
    params: {},
    ops: {
      update: { ...renewHere, handle: ({ input }: { input: RenewGiven }, cx: BackendContext) => renewing(input, cx) },
    },
  };
  type InPath = { readonly params: { readonly url_lease_id: string } };
  const renewalByPath = {
    summary: "renew a lease",
    params: byId,
    ops: {
      update: {
        ...renewHere,
        handle: ({ params, input }: InPath & { input: RenewGiven }, cx: BackendContext) =>
          renewing(input, cx, params.url_lease_id),
      },
    },
  };
  const revocation = {
    summary: "revoke a lease",
    params: {},
    ops: {
      update: { ...revokeHere, handle: ({ input }: { input: RevokeGiven }, cx: BackendContext) => revoking(input, cx) },
    },
  };
  const revocationByPath = {
    summary: "revoke a lease",
    params: byId,
    ops: {
      update: {
        ...revokeHere,
        handle: ({ params, input }: InPath & { input: RevokeGiven }, cx: BackendContext) =>
          revoking(input, cx, params.url_lease_id),
      },
    },
  };
  type Below = { readonly params: { readonly prefix: string } };
  const prefixed = {
    summary: "revoke everything below a prefix",
    params: byPrefix,
    ops: {
      update: {
        summary: "revoke everything below a prefix",
        answers: [Unfinished, "nothing"],
        access: "sudo",
        input: prefixInput,
        handle: ({ params, input }: Below & { input: z.output<typeof prefixInput> }) =>
          revokePrefix(params.prefix, false, input.sync ?? true),
      },
    },
  } as const;
  const forced = {
    summary: "remove everything below a prefix, even if the backends fail",
    params: byPrefix,
    ops: {
      update: {
        summary: "remove leases although their secrets may live on",
        answers: [Unfinished, "nothing"],
        access: "sudo",
        handle: ({ params }: Below) => revokePrefix(params.prefix, true, true),
      },
    },
  } as const;

  // Each path is listed twice: old clients omit `leases/`.
  return [
    path("leases/lookup", {
      summary: "what a lease is",
      params: {},
      ops: {
        update: op({
          summary: "look up a lease",
          answers: LeaseShown,
          input: z.object({ lease_id }),
          prefetch,
          handle: async ({ input }, cx) => lookup(await permitted("lookup", input.lease_id, cx), cx),
        }),
        list: op({
          summary: "list the top level of all lease ids",
          answers: Keys,
          access: "sudo",
          handle: async () => ({ data: { keys: await core.leases.list("") } }),
        }),
      },
    }),
    path("leases/lookup/{prefix+}", {
      summary: "lease ids by level",
      params: { prefix: "start of the lease ids" },
      ops: {
        list: op({
          summary: "list the next level of the lease ids",
          answers: Keys,
          access: "sudo",
          handle: async ({ params }) => ({
            data: { keys: await core.leases.list(params.prefix.endsWith("/") ? params.prefix : `${params.prefix}/`) },
          }),
        }),
      },
    }),
    path("leases/renew", renewal),
    path("leases/renew/{url_lease_id+}", renewalByPath),
    path("renew", renewal),
    path("renew/{url_lease_id+}", renewalByPath),
    path("leases/revoke", revocation),
    path("leases/revoke/{url_lease_id+}", revocationByPath),
    path("revoke", revocation),
    path("revoke/{url_lease_id+}", revocationByPath),
    path("leases/revoke-prefix/{prefix+}", prefixed),
    path("revoke-prefix/{prefix+}", prefixed),
    path("leases/revoke-force/{prefix+}", forced),
    path("revoke-force/{prefix+}", forced),
  ];
};
