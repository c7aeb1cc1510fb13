import type { Core } from "../../core/core.ts";
import type { EntityView } from "../../core/identity/types.ts";
import { grantTtl } from "../../core/login/ttl.ts";
import { callerOf, requestOf } from "../../core/request/context.ts";
import { issued } from "../../core/request/core-reply.ts";
import type { MadeToken, NewToken, Token } from "../../core/tokens/types.ts";
import { type BackendContext, folded, invalidRequest, op, path } from "../../framework/index.ts";
import { FOLDS } from "../../std/fold.ts";
import { cut, firstOf, shown } from "../../std/shown.ts";
import { epochSeconds } from "../../std/time.ts";
import { untilWritten } from "../../storage/change.ts";
import { tokenPolicies } from "./policies.ts";
import { type Role, readRole } from "./roles.ts";
import { hasSudo } from "./sudo.ts";
import {
  checkBatch,
  checkPrivileges,
  displayName,
  type Given,
  Input,
  metaOf,
  type Wanted,
  wantedFrom,
  ZERO,
} from "./wanted.ts";

/** `auth/token/create`, `create-orphan` and `create/<role>`: tokens made with a token. */

const WEAK_ID =
  "Supplying a custom ID for the token uses the weaker SHA1 hashing instead of the more secure SHA2-256 HMAC for token obfuscation. SHA1 hashed tokens on the wire leads to less secure lookups.";

/** Batch tokens and tokens with limited uses cannot have children. */
const checkParent = ({ type, numUses }: Token): void => {
  if (type === "batch") throw invalidRequest("batch tokens cannot create more tokens");
  if (numUses !== 0) throw invalidRequest("restricted use token cannot generate child tokens");
};

/** What a token inherits from its parent, unless the role says otherwise or it is an orphan. */
const inherited = (role: Role | undefined, { orphan }: Wanted, parent: Token) => ({
  parent: orphan ? undefined : parent,
  entityId: orphan ? "" : parent.entityId,
  boundCidrs: role?.fields.token_bound_cidrs ?? (orphan ? [] : parent.boundCidrs),
});

/** The path of the request, with the role's suffix appended: the prefix of the token's lease. */
const tokenPath = (cx: BackendContext, role: Role | undefined): string => {
  const path = requestOf(cx).decoded?.path ?? "auth/token/create";
  return role?.pathSuffix ? `${path}/${role.pathSuffix}` : path;
};

interface Made {
  readonly made: MadeToken;
  /** Whose alias the token is for. */
  readonly alias: EntityView | undefined;
}

export const createPaths = (core: Core) => {
  /** Throws where the role does not allow the alias. */
  const allowedAlias = async (name: string, role: Role | undefined): Promise<string> => {
    if (!role) throw invalidRequest("'entity_alias' is only allowed in combination with token role");
    const allowed = role.allowedEntityAliases ?? [];
    const alias = FOLDS.letters(name);
    const { globMatch } = await import("../../policy/index.ts");
    if (!allowed.some((pattern) => globMatch(FOLDS.letters(pattern), alias))) {
      throw invalidRequest("invalid 'entity_alias' value");
    }
    return alias;
  };

  /** Makes a token for the entity that is found or made by an alias at the token mount; none is asked for without one. */
  const makeFor = (name: string | undefined, wanted: NewToken): Promise<Made> =>
    untilWritten(
      async () => {
        const alias = name === undefined ? undefined : await core.identity.login(wanted.mount, { name }, undefined);
        const entityId = alias?.entity.id ?? wanted.entityId ?? "";
        try {
          return {
            made: await core.tokens.create({ ...wanted, entityId, writes: alias?.writes }),
            alias: alias?.entity,
          };
        } catch (cause) {
          // What is remembered of the entity may be from before somebody changed it.
          alias?.forget();
          throw cause;
        }
      },
      { reason: "too many concurrent writes of one entity" },
    );

  const lifetime = (wanted: Wanted, policies: readonly string[], parent: Token, cx: BackendContext) => {
    const now = epochSeconds(core.clock.now());
    const root = policies.includes("root");
    if (root && wanted.ttl === 0 && wanted.period === 0) {
      if (wanted.explicitMaxTtl === 0 && parent.expires !== 0) {
        throw invalidRequest("expiring root tokens cannot create non-expiring root tokens");
      }
      return { ttl: wanted.explicitMaxTtl, warnings: [] };
    }
    return grantTtl({
      now,
      issued: now,
      increment: ZERO,
      roleTtl: wanted.ttl,
      roleMaxTtl: ZERO,
      explicitMaxTtl: wanted.explicitMaxTtl,
      period: wanted.period,
      mountDefault: cx.mount.defaultTtl,
      mountMax: cx.mount.maxTtl,
    });
  };

  const roleNamed = async (name: string | undefined, cx: BackendContext): Promise<Role | undefined> => {
    if (name === undefined) return undefined;
    const role = await readRole(cx.storage, name);
    if (!role) throw invalidRequest(`unknown role ${cut(name)}`);
    return role;
  };

  const missingPolicies = async (policies: readonly string[]): Promise<readonly string[]> => {
    const known = new Set((await core.policies.getAll(policies)).map(({ name }) => name));
    const missing = policies.filter((name) => name !== "root" && !known.has(name));
    const { first, more } = firstOf(missing.map((name) => `Policy ${shown(name)} does not exist`));
    return more === 0 ? first : [...first, `${more} more policies do not exist`];
  };

  const make = async (given: Given, cx: BackendContext, orphanPath: boolean, roleName?: string) => {
    const known = callerOf(cx);
    const parent = known.token;
    checkParent(parent);
    const role = await roleNamed(roleName, cx);
    const sudo = await hasSudo(core, cx);
    const wanted = wantedFrom(given, role, orphanPath);
    const { id = "" } = given;
    checkPrivileges(id, !role && !orphanPath && given.no_parent === true, wanted, sudo);
    const policies = tokenPolicies({
      requested: given.policies,
      noDefaultPolicy: given.no_default_policy ?? false,
      parent,
      sudo,
      role,
    });
    checkBatch(wanted, policies);
    const missing = await missingPolicies(policies);
    const aliasName = given.entity_alias ? await allowedAlias(given.entity_alias, role) : undefined;
    const { ttl, warnings: capped } = lifetime(wanted, policies, parent, cx);
    const from = inherited(role, wanted, parent);
    const { made, alias } = await makeFor(aliasName, {
      id: id || undefined,
      parent: from.parent,
      policies,
      path: tokenPath(cx, role),
      mount: requestOf(cx).mount,
      meta: metaOf(given.meta),
      displayName: displayName(given.display_name),
      numUses: wanted.numUses,
      ttl,
      ...wanted.kept,
      role: role?.name ?? "",
      entityId: from.entityId,
      boundCidrs: from.boundCidrs,
      type: wanted.type,
      renewable: wanted.renewable && ttl > 0,
    });
    const entity: EntityView | undefined = alias ?? (wanted.orphan ? undefined : known.entity);
    const warnings = [...wanted.warnings, ...(id === "" ? [] : [WEAK_ID]), ...missing, ...capped];
    return issued(core.tokens.authBlock(made, entity), warnings);
  };

  return [
    path("create", {
      summary: "create a token below the calling one",
      params: {},
      ops: {
        update: op({
          summary: "create a token",
          answers: "login",
          input: Input,
          handle: ({ input }, cx) => make(input, cx, false),
        }),
      },
    }),
    path("create-orphan", {
      summary: "create a token without a parent",
      params: {},
      ops: {
        update: op({
          summary: "create an orphan token",
          answers: "login",
          input: Input,
          handle: ({ input }, cx) => make(input, cx, true),
        }),
      },
    }),
    path("create/{role_name}", {
      summary: "create a token as a role allows",
      params: { role_name: folded("case", "name of the role; case does not matter") },
      ops: {
        update: op({
          summary: "create a token through a role",
          answers: "login",
          input: Input,
          handle: ({ input, params }, cx) => make(input, cx, false, params.role_name),
        }),
      },
    }),
  ];
};
