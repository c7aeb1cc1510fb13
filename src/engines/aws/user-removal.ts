import { isCode } from "./failure.ts";
import type { Iam, Leftover } from "./ports.ts";

/**
 * Removes an IAM user with everything that holds on to it. Keys go first, so that access ends even if the rest fails.
 * What is gone already does not matter, at any step: the next one continues where this one stopped.
 */

const LEFTOVERS: readonly Leftover[] = [
  "login-profile",
  "signing-certificate",
  "ssh-key",
  "service-credential",
  "mfa-device",
];

const unlessGone = async (call: Promise<void>): Promise<void> => {
  try {
    await call;
  } catch (cause) {
    if (!isCode(cause, "NoSuchEntity")) throw cause;
  }
};

const eachOf = async (list: Promise<readonly string[]>, remove: (one: string) => Promise<void>): Promise<void> => {
  let all: readonly string[];
  try {
    all = await list;
  } catch (cause) {
    if (isCode(cause, "NoSuchEntity")) return;
    throw cause;
  }
  for (const one of all) await unlessGone(remove(one));
};

/** Throws `AwsFailure`. */
export const removeUser = async (iam: Iam, user: string): Promise<void> => {
  const keys = iam.keysOf(user).then((found) => found.map(({ accessKey }) => accessKey));
  await eachOf(keys, (key) => iam.deleteKey(user, key));
  await eachOf(iam.attachedTo(user), (arn) => iam.detachPolicy(user, arn));
  await eachOf(iam.inlineOf(user), (name) => iam.deletePolicy(user, name));
  await eachOf(iam.groupsOf(user), (group) => iam.removeFromGroup(user, group));
  try {
    await unlessGone(iam.deleteUser(user));
  } catch (cause) {
    if (!isCode(cause, "DeleteConflict")) throw cause;
    // Somebody gave it more than we did. Looked for only now: it takes rights that are seldom needed.
    for (const kind of LEFTOVERS) await eachOf(iam.leftovers(user, kind), (id) => iam.removeLeftover(user, kind, id));
    await unlessGone(iam.deleteUser(user));
  }
};
