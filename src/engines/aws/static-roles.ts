import { z } from "zod";
import { type BackendContext, field, invalidRequest, VaultError } from "../../framework/index.ts";
import { shown } from "../../std/shown.ts";
import { change, leave, tryWrite } from "../../storage/change.ts";
import { startBudget } from "./budget.ts";
import { broken, isCode, told } from "./failure.ts";
import { CHANGE_MS } from "./limits.ts";
import type { Iam, IamUser } from "./ports.ts";
import { busy, readRoot, scopeOf } from "./root-config.ts";
import { isName } from "./shapes.ts";
import {
  foundIn,
  readStaticRole,
  type StaticRole,
  showStaticRole,
  staticRoleAddress,
  staticUserAddress,
} from "./static-role.ts";
import { lostKeys, rotateStatic } from "./static-rotation.ts";
import type { EngineWorld } from "./world.ts";

/** Writing and deleting static roles. */

export const StaticRoleInput = z.object({
  username: field.text("The IAM user; cannot be changed."),
  rotation_period: field.duration("Time between two rotations; at least a minute."),
  assume_role_arn: field.text("Users of other accounts (Vault Enterprise); not supported."),
  assume_role_session_name: field.text("Belongs to `assume_role_arn`."),
  external_id: field.text("Belongs to `assume_role_arn`."),
});
type StaticRoleInput = z.output<typeof StaticRoleInput>;

const SHORTEST_PERIOD = 60;

const iamOf = async ({ aws }: EngineWorld, cx: BackendContext): Promise<Iam> =>
  aws.iam(scopeOf(await readRoot(cx.storage), aws.region), startBudget(cx.clock, CHANGE_MS));

const checked = (input: StaticRoleInput, old: StaticRole | undefined) => {
  const username = input.username ?? old?.username;
  if (!username) throw invalidRequest('missing "username" parameter');
  if (!isName(username)) throw invalidRequest(`username: ${shown(username)} is not the name of an IAM user`);
  if (old && username !== old.username) throw invalidRequest("cannot update static account username");
  const period = input.rotation_period ?? old?.rotation_period;
  if (period === undefined) throw invalidRequest('missing "rotation_period" parameter');
  if (period < SHORTEST_PERIOD)
    throw invalidRequest(
      `role rotation period out of range: must be greater than ${SHORTEST_PERIOD.toFixed(2)} seconds`,
    );
  if (input.assume_role_arn)
    throw invalidRequest("assume_role_arn is not supported: mount the engine once for each account");
  return { username, period };
};

const newRole = (user: IamUser, username: string, period: number): StaticRole => ({
  username,
  id: user.id,
  rotation_period: period,
  access_key: "",
  secret_key: "",
  rotated: 0,
  intent: null,
  retry: 0,
  failures: 0,
  error: "",
});

/** Puts a role that was written a moment ago away again: it never had a key. */
const takeBack = async (cx: BackendContext, name: string): Promise<void> => {
  const found = await readStaticRole(cx.storage, name);
  const unused = found?.role.access_key === "" && found.role.intent === null;
  if (!found || !unused) return;
  await tryWrite(cx.storage, [
    { op: "delete", address: staticRoleAddress(cx.storage, name), when: { n: found.n } },
    { op: "delete", address: staticUserAddress(cx.storage, found.role.username), when: "any" },
  ]);
};

/**
 * Writes or changes a static role. A new one makes its user a key at once; where AWS refuses that, no role is made.
 * Throws with Vault's texts.
 */
export const writeStaticRole = async (world: EngineWorld, name: string, input: StaticRoleInput, cx: BackendContext) => {
  const view = cx.storage;
  const before = (await readStaticRole(view, name))?.role;
  const { username, period } = checked(input, before);
  const user = await told(`unable to validate username ${shown(username)}`, async () =>
    (await iamOf(world, cx)).getUser(username),
  );
  if (before && user.id !== before.id)
    throw invalidRequest("AWS GetUser returned a user, but the ID did not match: it was deleted and made again");
  const claim = {
    op: "put",
    address: staticUserAddress(view, username),
    body: { role: name },
    when: "absent",
  } as const;
  const role = await change<StaticRole>(
    view,
    staticRoleAddress(view, name),
    (entry) => {
      const old = foundIn(entry)?.role;
      if (old) {
        const body = { ...old, rotation_period: checked(input, old).period };
        return { op: "put", body, result: body };
      }
      const body = newRole(user, username, period);
      const taken = () => invalidRequest(`the user ${shown(username)} belongs to another static role of this mount`);
      return {
        op: "put",
        body,
        also: [claim],
        refusal: (lost) => (lost === claim ? taken() : undefined),
        result: body,
      };
    },
    { busy },
  );
  if (role.access_key === "") {
    try {
      await rotateStatic(world, name, cx);
    } catch (cause) {
      if (cause instanceof VaultError) await takeBack(cx, name);
      throw cause;
    }
  }
  const written = (await readStaticRole(view, name))?.role ?? role;
  return { data: showStaticRole(name, written) };
};

/** What the role made at AWS: its key, and one that a crash may have left. */
const removeKeys = async (iam: Iam, role: StaticRole): Promise<void> => {
  try {
    const lost = role.intent ? lostKeys(role, await iam.keysOf(role.username)) : [];
    const own = role.access_key === "" ? [] : [role.access_key];
    for (const key of [...lost.map(({ accessKey }) => accessKey), ...own]) await iam.deleteKey(role.username, key);
  } catch (cause) {
    if (!isCode(cause, "NoSuchEntity")) throw cause;
  }
};

/** Deletes the key that the role made, then the role; the user stays. Throws with Vault's texts. */
export const removeStaticRole = async (world: EngineWorld, name: string, cx: BackendContext): Promise<void> => {
  const view = cx.storage;
  const found = await readStaticRole(view, name);
  if (!found) return;
  const { username, access_key } = found.role;
  await told(`failed to clean credentials while deleting role ${shown(name)}`, () =>
    cx.crash("aws.static.remove-key", async () => removeKeys(await iamOf(world, cx), found.role)),
  );
  await change<void>(
    view,
    staticRoleAddress(view, name),
    (entry) => {
      const now = foundIn(entry)?.role;
      if (!now) return leave(undefined);
      // Its key was replaced while this one was deleted: the caller comes again.
      if (now.access_key !== access_key) throw broken("the key was rotated meanwhile, try again");
      const claim = { op: "delete", address: staticUserAddress(view, username), when: "any" } as const;
      return { op: "delete", also: [claim], result: undefined };
    },
    { around: (write) => cx.crash("aws.static.remove", write), busy },
  );
};
