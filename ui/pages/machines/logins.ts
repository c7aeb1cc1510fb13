import { type Failure, get, type JsonObject, list, post } from "../../client/api.ts";
import { fewAtATime, readEach } from "../../client/few-at-a-time.ts";
import { membersIn, momentIn, numberIn, objectIn, objectsIn, textIn, textsIn } from "../../client/read-json.ts";

/** What the API tells of machines: living tokens that a login of an AWS method made, and whom logins made known. */

export interface MachineLogin {
  readonly accessor: string;
  readonly machine: string;
  readonly displayName: string;
  /** Empty: not among the metadata of its token. */
  readonly account: string;
  readonly roleId: string;
  readonly entityId: string;
  /** Milliseconds. */
  readonly at: number;
  readonly renewedAt: number | undefined;
  readonly endsAt: number | undefined;
  readonly policies: readonly string[];
}

export interface KnownMachine {
  readonly id: string;
  readonly entity: string;
  readonly alias: string;
  readonly mount: string;
  readonly metadata: readonly (readonly [string, string])[];
  /** Milliseconds. */
  readonly changedAt: number;
}

export interface Looked {
  readonly logins: readonly MachineLogin[];
  /** Ended between the list and the look. */
  readonly gone: number;
  /** Accessors that were left out. */
  readonly left: number;
}

/** Tokens looked at in one go. */
export const MOST = 500;

/** A token that one of the mounts gave at a login; `undefined`: any other token. Mounts with `auth/` before them. */
export const loginIn = (data: JsonObject, mounts: readonly string[]): MachineLogin | undefined => {
  const path = textIn(data, "path");
  if (!mounts.some((mount) => path.startsWith(`${mount}login`))) return undefined;
  const meta = objectIn(data, "meta");
  const displayName = textIn(data, "display_name");
  return {
    accessor: textIn(data, "accessor"),
    machine:
      textIn(meta, "ssm_name") || textIn(meta, "inferred_entity_id") || textIn(meta, "ssm_instance_id") || displayName,
    displayName,
    account: textIn(meta, "account_id"),
    roleId: textIn(meta, "role_id"),
    entityId: textIn(data, "entity_id"),
    at: numberIn(data, "creation_time") * 1_000,
    renewedAt: numberIn(data, "last_renewal_time") > 0 ? numberIn(data, "last_renewal_time") * 1_000 : undefined,
    endsAt: momentIn(data, "expire_time"),
    policies: [...new Set([...textsIn(data, "policies"), ...textsIn(data, "identity_policies")])],
  };
};

export const readAccessors = async (): Promise<readonly string[] | Failure> => {
  const answer = await list("auth/token/accessors");
  if (answer.ok) return textsIn(answer.data, "keys");
  return answer.kind === "not-found" ? [] : answer;
};

/** The latest login first. */
export const lookAt = async (accessors: readonly string[], mounts: readonly string[]): Promise<Looked | Failure> => {
  const logins: MachineLogin[] = [];
  let gone = 0;
  let failure: Failure | undefined;
  const look = async (accessor: string): Promise<void> => {
    const answer = await post("auth/token/lookup-accessor", { accessor });
    const login = answer.ok ? loginIn(answer.data, mounts) : undefined;
    if (login) logins.push(login);
    // An accessor whose token has ended is a bad one, or one that nothing is found by.
    if (!answer.ok && (answer.kind === "invalid" || answer.kind === "not-found" || answer.kind === "denied")) gone++;
    else if (!answer.ok) failure = answer;
  };
  await fewAtATime(accessors.slice(0, MOST), look, () => failure === undefined);
  if (failure) return failure;
  const left = Math.max(0, accessors.length - MOST);
  return { logins: logins.sort((a, b) => b.at - a.at), gone, left };
};

const knownIn = (entity: JsonObject): readonly KnownMachine[] =>
  objectsIn(entity, "aliases")
    .filter((alias) => textIn(alias, "mount_type") === "aws")
    .map((alias) => ({
      id: textIn(alias, "id"),
      entity: textIn(entity, "id"),
      alias: textIn(alias, "name"),
      mount: textIn(alias, "mount_path"),
      metadata: Object.entries(objectIn(alias, "metadata")).flatMap(([name, value]) =>
        typeof value === "string" && value !== "" ? [[name, value] as const] : [],
      ),
      changedAt: momentIn(alias, "last_update_time") ?? 0,
    }));

/** Entities with an alias at an AWS method, read a few at a time; the latest change first. */
export const readKnown = async (): Promise<readonly KnownMachine[] | Failure> => {
  const listed = await list("identity/entity/id");
  if (!listed.ok) return listed.kind === "not-found" ? [] : listed;
  const ids = membersIn(listed.data, "key_info").flatMap(([id, entity]) =>
    objectsIn(entity, "aliases").some((alias) => textIn(alias, "mount_type") === "aws") ? [id] : [],
  );
  const known = await readEach(ids.slice(0, MOST), async (id) => {
    const answer = await get(`identity/entity/id/${id}`);
    return answer.ok ? knownIn(answer.data) : [];
  });
  return known.flat().sort((a, b) => b.changedAt - a.changedAt);
};
