import { z } from "zod";
import type { Core } from "../../core/core.ts";
import type { EntityView } from "../../core/identity/types.ts";
import { grantTtl, smallest } from "../../core/login/ttl.ts";
import { callerOf, requestOf } from "../../core/request/context.ts";
import { issued } from "../../core/request/core-reply.ts";
import type { Token } from "../../core/tokens/types.ts";
import { type BackendContext, field, folded, invalidRequest, op, path } from "../../framework/index.ts";
import type { Seconds } from "../../std/brand.ts";
import { FOLDS } from "../../std/fold.ts";
import { DurationError, epochSeconds, parseDuration, seconds } from "../../std/time.ts";
import { tokenPolicies } from "./policies.ts";
import { type Role, readRole } from "./roles.ts";
import { hasSudo } from "./sudo.ts";

/** `auth/token/create`, `create-orphan` and `create/<role>`: a token from a token. */

const ZERO = seconds(0);

const Input = z.object({
  id: field.text("id of the token; needs sudo"),
  policies: field.textList("policies of the token; the parent's when absent"),
  meta: field.keyValues("metadata shown in lookups and the audit log"),
  no_parent: field.flag("make an orphan; needs sudo"),
  no_default_policy: field.flag("leave the default policy out"),
  renewable: field.flag("whether the token may be renewed"),
  ttl: field.text("lifetime; the mount's default when absent"),
  lease: field.text("older name of ttl"),
  type: field.text("service or batch"),
  explicit_max_ttl: field.text("hard limit of the lifetime"),
  period: field.text("makes a periodic token; needs sudo"),
  display_name: field.text("shown in lookups and the audit log"),
  num_uses: field.integer("how many requests the token can be used for; 0: no limit"),
  entity_alias: field.text("alias whose entity the token gets; with a role only"),
});
type Given = z.output<typeof Input>;

const duration = (name: string, text: string | undefined): Seconds => {
  if (text === undefined || text === "") return ZERO;
  try {
    const value = parseDuration(text);
    if (value < 0) throw invalidRequest(`${name} must be positive`);
    return value;
  } catch (cause) {
    if (cause instanceof DurationError) throw invalidRequest(cause.message);
    throw cause;
  }
};

const displayName = (given: string | undefined): string =>
  given === undefined || given === "" ? "token" : `token-${given.replace(/[^a-zA-Z0-9-]/g, "-")}`.replace(/-$/, "");

const checkId = (id: string): void => {
  for (const prefix of ["hvs.", "s."]) {
    if (id.startsWith(prefix)) throw invalidRequest(`custom token ID cannot have the '${prefix}' prefix`);
  }
  if (id.includes(".")) throw invalidRequest("custom token ID cannot have a '.' in the value");
};

/** What the request asks for, read and checked as far as it goes without role and parent. */
interface Wanted {
  readonly ttl: Seconds;
  readonly explicitMaxTtl: Seconds;
  readonly period: Seconds;
  readonly numUses: number;
  readonly type: "service" | "batch";
  readonly orphan: boolean;
}

const typeOf = (given: string | undefined, role: Role | undefined): "service" | "batch" => {
  if (given !== undefined && given !== "" && given !== "service" && given !== "batch") {
    throw invalidRequest("invalid 'token_type' value");
  }
  const forced = role?.tokenType;
  if (forced === "service" || forced === "batch") return forced;
  if (given === "batch" || given === "service") return given;
  return forced === "default-batch" ? "batch" : "service";
};

const leastUses = (a: number, b: number): number => (a > 0 && b > 0 ? Math.min(a, b) : Math.max(a, b));

export const createPaths = (core: Core) => {
  const wantedFrom = (given: Given, role: Role | undefined, orphanPath: boolean, warnings: string[]): Wanted => {
    if ((given.num_uses ?? 0) < 0) throw invalidRequest("number of uses cannot be negative");
    const byTtl = given.ttl !== undefined && given.ttl !== "";
    const ttl = byTtl ? duration("ttl", given.ttl) : duration("lease", given.lease);
    const explicit = duration("explicit_max_ttl", given.explicit_max_ttl);
    const period = duration("period", given.period);
    const both = (name: string, asked: Seconds, ofRole: Seconds | undefined): Seconds => {
      const least = smallest(asked, ofRole ?? ZERO);
      if (asked > 0 && (ofRole ?? 0) > 0) {
        warnings.push(
          `${name} specified both during creation call and in role; using the lesser value of ${least} seconds`,
        );
      }
      return least;
    };
    return {
      ttl,
      explicitMaxTtl: both("Explicit max TTL", explicit, role?.explicitMaxTtl),
      period: both("Period", period, role?.period),
      numUses: leastUses(given.num_uses ?? 0, role?.fields.token_num_uses ?? 0),
      type: typeOf(given.type, role),
      orphan: role ? role.orphan : orphanPath || (given.no_parent ?? false),
    };
  };

  const checkBatch = (given: Given, wanted: Wanted, policies: readonly string[]): void => {
    if (wanted.type !== "batch") return;
    if (policies.includes("root")) throw invalidRequest("batch tokens cannot be root tokens");
    if (wanted.numUses > 0) throw invalidRequest('batch tokens cannot have "num_uses" set');
    if (duration("period", given.period) > 0) throw invalidRequest('batch tokens cannot have "period" set');
    if (duration("explicit_max_ttl", given.explicit_max_ttl) > 0) {
      throw invalidRequest('batch tokens cannot have "explicit_max_ttl" set');
    }
  };

  /** The entity of a role's `entity_alias`: looked up or made at the token mount. */
  const aliasEntity = async (name: string, role: Role | undefined, cx: BackendContext) => {
    if (!role) throw invalidRequest("'entity_alias' is only allowed in combination with token role");
    const allowed = role.allowedEntityAliases ?? [];
    const alias = FOLDS.letters(name);
    const { globMatch } = await import("../../policy/index.ts");
    if (!allowed.some((pattern) => globMatch(FOLDS.letters(pattern), alias))) {
      throw invalidRequest("invalid 'entity_alias' value");
    }
    return core.identity.login(requestOf(cx).mount, { name: alias }, undefined);
  };

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

  const make = async (given: Given, cx: BackendContext, orphanPath: boolean, roleName?: string) => {
    const known = callerOf(cx);
    const parent = known.token;
    if (parent.type === "batch") throw invalidRequest("batch tokens cannot create more tokens");
    if (parent.numUses !== 0) throw invalidRequest("restricted use token cannot generate child tokens");
    const role = roleName === undefined ? undefined : await readRole(cx.storage, roleName);
    if (roleName !== undefined && !role) throw invalidRequest(`unknown role ${roleName}`);
    const sudo = await hasSudo(core, cx);
    const warnings: string[] = [];
    const wanted = wantedFrom(given, role, orphanPath, warnings);

    if (given.id !== undefined && given.id !== "") {
      if (!sudo) throw invalidRequest("root or sudo privileges required to specify token id");
      checkId(given.id);
      warnings.push(
        "Supplying a custom ID for the token uses the weaker SHA1 hashing instead of the more secure SHA2-256 HMAC for token obfuscation. SHA1 hashed tokens on the wire leads to less secure lookups.",
      );
    }
    if (!role && !orphanPath && given.no_parent === true && !sudo) {
      throw invalidRequest("root or sudo privileges required to create orphan token");
    }
    if (duration("period", given.period) > 0 && !sudo) {
      throw invalidRequest("root or sudo privileges required to create periodic token");
    }
    const policies = tokenPolicies({
      requested: given.policies,
      noDefaultPolicy: given.no_default_policy ?? false,
      parent,
      sudo,
      role,
    });
    checkBatch(given, wanted, policies);
    for (const name of policies) {
      if (name !== "root" && !(await core.policies.get(name)))
        warnings.push(`Policy ${JSON.stringify(name)} does not exist`);
    }
    const alias = given.entity_alias ? await aliasEntity(given.entity_alias, role, cx) : undefined;
    const { ttl, warnings: capped } = lifetime(wanted, policies, parent, cx);
    const suffix = role && role.pathSuffix !== "" ? `/${role.pathSuffix}` : "";
    const made = await core.tokens.create({
      ...(given.id ? { id: given.id } : {}),
      ...(wanted.orphan ? {} : { parent }),
      policies,
      path: `${requestOf(cx).decoded?.path ?? "auth/token/create"}${suffix}`,
      mount: requestOf(cx).mount,
      meta: given.meta && Object.keys(given.meta).length > 0 ? given.meta : null,
      displayName: displayName(given.display_name),
      numUses: wanted.numUses,
      ttl,
      // What only the role decides is read from the role again at each renewal.
      explicitMaxTtl: duration("explicit_max_ttl", given.explicit_max_ttl) > 0 ? wanted.explicitMaxTtl : ZERO,
      period: duration("period", given.period) > 0 ? wanted.period : ZERO,
      role: role?.name ?? "",
      entityId: alias?.entity.id ?? (wanted.orphan ? "" : parent.entityId),
      boundCidrs: role ? role.fields.token_bound_cidrs : wanted.orphan ? [] : parent.boundCidrs,
      type: wanted.type,
      renewable: wanted.type === "service" && ttl > 0 && (role ? role.renewable : true) && (given.renewable ?? true),
      ...(alias ? { writes: alias.writes } : {}),
    });
    const entity: EntityView | undefined = alias?.entity ?? (wanted.orphan ? undefined : known.entity);
    return issued(core.tokens.authBlock(made, entity), [...warnings, ...capped]);
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
