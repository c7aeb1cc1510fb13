import type { Backend, BackendContext, Caller, LeaseGrant, PendingLease } from "../../framework/index.ts";
import { fillText, scanLeavesOut } from "../../policy/index.ts";
import type { Sensitive } from "../../std/sensitive.ts";
import type { Core } from "../core.ts";
import { templateContext } from "../identity/template-context.ts";
import type { Mount } from "../mounts/mount.ts";
import type { KnownToken } from "../tokens/types.ts";
import type { Decoded } from "./decoded.ts";
import type { ReadEntries } from "./reads.ts";
import type { Trail } from "./trail.ts";

/**
 * Makes the context, the only thing a backend may touch. Core's own backends find the rest of the request by
 * `requestOf(cx)`; other backends cannot, because they may not import core.
 */

/** What core's own backends may know of the request behind a context. */
export interface CoreRequest {
  readonly decoded?: Decoded | undefined;
  readonly trail?: Trail | undefined;
  readonly known?: KnownToken | undefined;
  /** Serves what was prefetched, of any mount and of core. */
  readonly read?: ReadEntries | undefined;
  readonly mount: Mount;
}

const requests = new WeakMap<BackendContext, CoreRequest>();
const pended = new WeakMap<BackendContext, PendingLease[]>();

/** The leases a backend asked for through this context. */
export const pendedBy = (cx: BackendContext): readonly PendingLease[] => pended.get(cx) ?? [];

/** For the system, token, cubbyhole and identity backends only. Throws for a context that core did not make. */
export const requestOf = (cx: BackendContext): CoreRequest => {
  const request = requests.get(cx);
  if (!request) throw new Error("this context was not made by core");
  return request;
};

const senders = new WeakMap<object, Sensitive<string>>();

/** The request that a backend reads ahead for, with the token it came with. */
export const sentBy = <Request extends object>(token: Sensitive<string> | undefined, request: Request): Request => {
  if (token) senders.set(request, token);
  return request;
};

/** That token, which nobody has looked at yet: for the backends that `requestOf` is for, and no other. */
export const senderOf = (request: object): Sensitive<string> | undefined => senders.get(request);

/** What is there where a request is being answered. */
interface OwnRequest {
  readonly decoded: Decoded;
  readonly trail: Trail;
  readonly read: ReadEntries;
}

/** The request that is being answered through a context. Throws for one of a renewal or revocation. */
export const ownRequest = (cx: BackendContext): OwnRequest => {
  const { decoded, trail, read } = requestOf(cx);
  if (!decoded || !trail || !read) throw new Error("this context does not answer a request");
  return { decoded, trail, read };
};

/** The same context over another view of the storage. */
export const overStorage = (cx: BackendContext, storage: BackendContext["storage"]): BackendContext => {
  const other = { ...cx, storage };
  requests.set(other, requestOf(cx));
  return other;
};

/** The caller of an operation that needs a token. */
export const callerOf = (cx: BackendContext): KnownToken => {
  const { known } = requestOf(cx);
  if (!known) throw new Error("this operation was reached without a token");
  return known;
};

const caller = (known: KnownToken): Caller => ({
  displayName: known.token.displayName,
  entityId: known.token.entityId,
  accessor: known.token.accessor,
  tokenType: known.token.type,
  metadata: known.token.meta ?? {},
  policies: known.policies,
  expires: known.token.expires,
});

const NO_CALLER_HEADERS: Readonly<Record<string, readonly string[]>> = {};

export interface ContextOptions {
  readonly request?: Decoded | undefined;
  /** Where a handler that checks a token itself leaves what it found. */
  readonly trail?: Trail | undefined;
  readonly known?: KnownToken | undefined;
  /** See `CoreRequest`. */
  readonly read?: ReadEntries | undefined;
  /** The mount's, where it is at hand. */
  readonly backend?: Backend | undefined;
  /** Filled by `pend`: warnings that belong on the answer. */
  readonly warnings?: string[] | undefined;
  readonly generatePassword: (policy: string) => Promise<string | undefined>;
  readonly storage?: BackendContext["storage"] | undefined;
}

export const makeContext = async (core: Core, mount: Mount, options: ContextOptions): Promise<BackendContext> => {
  const { request, known, trail, read } = options;
  const signals = (options.backend ?? (await backendOf(core, mount)))?.signals ?? {};
  const cx: BackendContext = {
    storage: options.storage ?? (await core.store.view(mount.info.id)),
    mount: mount.info,
    caller: known ? caller(known) : undefined,
    clock: core.clock,
    random: core.random,
    requestId: request?.requestId ?? "",
    sourceAddress: request?.sourceAddress ?? "",
    peerCertificates: request?.peerCertificates,
    headers: request?.headers ?? NO_CALLER_HEADERS,
    pend: async (grant: LeaseGrant): Promise<PendingLease> => {
      if (!known || !request) throw new Error("only a request with a token may ask for a lease");
      const { pending, warnings } = await core.leases.pend(grant, request.path, mount, known);
      options.warnings?.push(...warnings);
      pended.set(cx, [...pendedBy(cx), pending]);
      return pending;
    },
    leaseStands: (id) => core.leases.stands(id, mount.info.id),
    scanLeavesOut: async (folder) => {
      if (!known || !request) throw new Error("only a request with a token may scan");
      const acl = await core.policies.acl(known.policies, known.entity);
      return scanLeavesOut(acl, request.path, `${mount.info.path}${folder}`);
    },
    fillIdentity: (text, accepts) => fillText(text, known?.entity && templateContext(known.entity), accepts),
    challenges: core.challenges(mount.info.id),
    generatePassword: options.generatePassword,
    cache: core.caches.of(mount.info.id),
    signal: (name) => {
      if (Object.hasOwn(signals, name)) core.signal({ kind: "backend", type: mount.info.type, name });
      else core.log("undeclared signal", { mount: mount.info.path, signal: name });
    },
    crash: core.crash,
    log: (message, fields) => core.log(message, { mount: mount.info.path, ...fields }),
  };
  requests.set(cx, {
    mount,
    decoded: request,
    trail,
    known,
    read,
  });
  return cx;
};

/** The backend of a mount, or nothing where its type is not built in. */
export const backendOf = (core: Core, mount: Mount): Promise<Backend | undefined> =>
  core.catalog.find(mount.kind, mount.info.type, mount.info.options);
