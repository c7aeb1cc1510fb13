import { type Failure, get, type JsonObject, post } from "../../client/api.ts";
import { textIn } from "../../client/read-json.ts";
import type { AuthMount, Group } from "./directory.ts";
import { changeGroup } from "./group-change.ts";

/**
 * Adding a person, in an order in which nobody can sign in before everything else is there: entity, its alias, groups,
 * and the password last. What is done is remembered, so that adding again after a failure goes on from there.
 */

export interface NewPerson {
  readonly mount: AuthMount;
  readonly name: string;
  readonly password: string;
  readonly policies: readonly string[];
  readonly groups: readonly Group[];
  /** Whether it may be looked up if the name is taken. */
  readonly mayRead: boolean;
}

export type Step = "entity" | "alias" | "groups" | "user";

export interface Progress {
  readonly done: readonly Step[];
  readonly entityId: string;
  readonly joined: readonly string[];
}

export const NOTHING_DONE: Progress = { done: [], entityId: "", joined: [] };

export type Outcome =
  | { readonly ok: true; readonly progress: Progress }
  | { readonly ok: false; readonly progress: Progress; readonly failure: Failure | "taken" };

const CONTROLS = /[\p{Cc}\p{Cf}\s/]/u;

export const nameProblem = (name: string): "missing" | "bad" | undefined => {
  if (name === "") return "missing";
  return CONTROLS.test(name) || name === "." || name === ".." ? "bad" : undefined;
};

export const passwordProblem = (password: string): "short" | "long" | undefined => {
  if ([...password].length < 8) return "short";
  return new TextEncoder().encode(password).length > 72 ? "long" : undefined;
};

const isTaken = async ({ mount, name, mayRead, groups }: NewPerson): Promise<Failure | boolean> => {
  const paths = [
    ...(mayRead ? [`auth/${mount.path}users/${name}`] : []),
    ...(groups.length > 0 ? [`identity/entity/name/${name}`] : []),
  ];
  for (const path of paths) {
    const answer = await get(path);
    if (answer.ok) return true;
    if (answer.kind !== "not-found") return answer;
  }
  return false;
};

interface Stage {
  readonly step: Step;
  readonly run: (person: NewPerson, progress: Progress) => Promise<Failure | Progress>;
}

const written = async (
  path: string,
  body: JsonObject,
  next: (data: JsonObject) => Progress,
): Promise<Failure | Progress> => {
  const answer = await post(path, body);
  return answer.ok ? next(answer.data) : answer;
};

const IDENTITY: readonly Stage[] = [
  {
    step: "entity",
    run: ({ name }, progress) =>
      written("identity/entity", { name }, (data) => ({ ...progress, entityId: textIn(data, "id") })),
  },
  {
    step: "alias",
    run: ({ name, mount }, progress) =>
      written(
        "identity/entity-alias",
        { name, canonical_id: progress.entityId, mount_accessor: mount.accessor },
        () => progress,
      ),
  },
  {
    step: "groups",
    run: async ({ groups }, start) => {
      let progress = start;
      for (const { id } of groups) {
        if (progress.joined.includes(id)) continue;
        const { entityId } = progress;
        const answer = await changeGroup(id, (group) => ({ people: [...new Set([...group.people, entityId])] }));
        if (!answer.ok) return answer;
        progress = { ...progress, joined: [...progress.joined, id] };
      }
      return progress;
    },
  },
];

const USER: Stage = {
  step: "user",
  run: ({ mount, name, password, policies }, progress) =>
    written(`auth/${mount.path}users/${name}`, { password, token_policies: policies }, () => progress),
};

/** Does what is left to do. Refuses a taken name before anything is written. */
export const addPerson = async (person: NewPerson, start: Progress): Promise<Outcome> => {
  let progress = start;
  if (progress.done.length === 0) {
    const taken = await isTaken(person);
    if (taken !== false) return { ok: false, progress, failure: taken === true ? "taken" : taken };
  }
  const stages = person.groups.length > 0 || progress.entityId !== "" ? [...IDENTITY, USER] : [USER];
  for (const { step, run } of stages) {
    if (progress.done.includes(step)) continue;
    const result = await run(person, progress);
    if ("ok" in result) return { ok: false, progress, failure: result };
    progress = { ...result, done: [...result.done, step] };
  }
  return { ok: true, progress };
};
