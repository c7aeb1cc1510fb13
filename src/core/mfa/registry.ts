import { invalidRequest } from "../../framework/index.ts";
import type { TotpRules } from "../../otp/index.ts";
import { uuid } from "../../std/random.ts";
import { cut } from "../../std/shown.ts";
import type { Write } from "../../storage/store.ts";
import { changeInTurn } from "../config/turn.ts";
import type { Snapshot } from "../config/types.ts";
import type { Core } from "../core.ts";
import type { Entities } from "../identity/entities.ts";
import { toSealed } from "../sealed.ts";
import { mfaIn } from "./configured.ts";
import type { Enforcement, MfaMethod } from "./types.ts";

/**
 * Methods and enforcements as an operator changes them. Changes follow one another, so that two methods never share a
 * name and no enforcement ever names a method that is being deleted: it could not be satisfied by it.
 */

/** A method but for its identity. */
export type MethodSettings = Pick<MfaMethod, "issuer" | "keySize" | "qrSize" | "maxValidationAttempts"> & {
  readonly rules: TotpRules;
};

/** What a write gives; absent members stay as they are. */
export interface EnforcementInput {
  readonly methodIds: readonly string[];
  readonly accessors?: readonly string[] | undefined;
  readonly types?: readonly string[] | undefined;
  readonly groupIds?: readonly string[] | undefined;
  readonly entityIds?: readonly string[] | undefined;
}

const ABOUT_NOBODY =
  "One of auth_method_accessors, auth_method_types, identity_group_ids, identity_entity_ids must be specified";

const checkTargets = (snapshot: Snapshot, { accessors = [], types = [], groupIds = [] }: EnforcementInput): void => {
  const mounts = [...snapshot.mounts.values()].filter(({ kind }) => kind === "auth").map(({ info }) => info);
  const isAccessor = (accessor: string) => mounts.some((one) => one.accessor === accessor);
  const isType = (type: string) => mounts.some((one) => one.type === type);
  if (!accessors.every(isAccessor)) throw invalidRequest("one of the auth method accessors provided is invalid");
  if (!types.every(isType)) throw invalidRequest("one of the auth method types provided is invalid");
  if (!groupIds.every((id) => snapshot.groups.has(id))) {
    throw invalidRequest("one of the provided group ids doesn't exist");
  }
};

export const createMfaRegistry = (core: Core, entities: Entities) => {
  const change = (decide: (snapshot: Snapshot) => Promise<readonly Write[]>) =>
    changeInTurn(core, "mfa", decide, "the MFA configuration is being changed by others, try again");

  /**
   * By id: changes that method, or makes one of that id. Without: changes the method of that name, or makes one.
   * Answers the method's id.
   */
  const saveMethod = async (
    given: { readonly id?: string; readonly name?: string | undefined },
    settings: MethodSettings,
  ): Promise<string> => {
    const fresh = given.id ?? uuid(core.random);
    let id = fresh;
    await change(async (snapshot) => {
      const { methods } = mfaIn(snapshot);
      const name = given.name ?? "";
      const named = name === "" ? undefined : [...methods.values()].find((one) => one.name === name);
      if (given.id !== undefined && named && named.id !== given.id) {
        throw invalidRequest(`a login MFA method configuration with the method name ${cut(name)} already exists`);
      }
      const before = named ?? methods.get(fresh);
      id = before?.id ?? fresh;
      const method: MfaMethod = {
        id,
        key: before?.key ?? uuid(core.random),
        type: "totp",
        ...settings,
        name: name === "" ? (before?.name ?? "") : name,
      };
      return [await core.config.row("mfa-method", id, toSealed(method), "any")];
    });
    return id;
  };

  const removeMethod = async (id: string): Promise<void> => {
    await change(async (snapshot) => {
      const { methods, enforcements } = mfaIn(snapshot);
      const user = enforcements.find(({ methodIds }) => methodIds.includes(id));
      if (user) throw invalidRequest(`methodID is still used by an enforcement configuration with ID: ${user.id}`);
      return methods.has(id) ? [await core.config.row("mfa-method", id, undefined, "any")] : [];
    });
  };

  const checkEntities = async (ids: readonly string[]): Promise<void> => {
    if ((await entities.many(ids)).includes(undefined)) {
      throw invalidRequest("one of the provided entity ids doesn't exist");
    }
  };

  const saveEnforcement = async (name: string, input: EnforcementInput): Promise<void> => {
    await checkEntities(input.entityIds ?? []);
    const fresh = uuid(core.random);
    await change(async (snapshot) => {
      const { methods, enforcements } = mfaIn(snapshot);
      const before = enforcements.find((one) => one.name === name);
      if (input.methodIds.length === 0) throw invalidRequest("missing method ids");
      if (!input.methodIds.every((id) => methods.has(id))) {
        throw invalidRequest("one of the provided method ids doesn't exist");
      }
      checkTargets(snapshot, input);
      const after: Enforcement = {
        id: before?.id ?? fresh,
        name,
        methodIds: input.methodIds,
        accessors: input.accessors ?? before?.accessors ?? [],
        types: input.types ?? before?.types ?? [],
        groupIds: input.groupIds ?? before?.groupIds ?? [],
        entityIds: input.entityIds ?? before?.entityIds ?? [],
      };
      const { accessors, types, groupIds, entityIds } = after;
      if ([accessors, types, groupIds, entityIds].every(({ length }) => length === 0)) {
        throw invalidRequest(ABOUT_NOBODY);
      }
      return [await core.config.row("mfa-enforcement", name, toSealed(after), "any")];
    });
  };

  const removeEnforcement = async (name: string): Promise<void> => {
    await change(async (snapshot) =>
      mfaIn(snapshot).enforcements.some((one) => one.name === name)
        ? [await core.config.row("mfa-enforcement", name, undefined, "any")]
        : [],
    );
  };

  return { saveMethod, removeMethod, saveEnforcement, removeEnforcement };
};

export type MfaRegistry = ReturnType<typeof createMfaRegistry>;
