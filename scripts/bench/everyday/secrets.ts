import type { Operation } from "../operation.ts";
import type { Asked, World } from "../world.ts";

/** What applications do with secrets besides reading and writing them: KV's versions, KV version 1, the cubbyhole. */

const PASSWORD = { password: "p" };
const MERGE = { "content-type": "application/merge-patch+json" };

export const secretOperations = async (world: World, token: string): Promise<readonly Operation[]> => {
  await world.mount("secret", "kv", "plain/", { version: "1" });
  for (const path of ["plain/app", "plain/again"]) await world.call("POST", path, { body: PASSWORD });
  for (const name of ["kept", "patched", "cut"]) {
    await world.call("POST", `secret/data/${name}`, { body: { data: PASSWORD } });
  }
  await world.call("POST", "cubbyhole/kept", { token, body: PASSWORD });

  const plain = (name: string, dynamodb: number, method: string, path: string, asked: Asked = {}): Operation => ({
    name,
    budget: { dynamodb },
    run: () => world.call(method, path, { token, ...asked }),
  });
  /** Of a version that is there, or that is deleted, whatever the runs before did. */
  const versions = (name: string, before: string, after: string): Operation => ({
    name,
    budget: { dynamodb: 2 },
    prepare: async () => {
      await world.call("POST", `secret/${before}/cut`, { body: { versions: [1] } });
      return "";
    },
    run: () => world.call("POST", `secret/${after}/cut`, { token, body: { versions: [1] } }),
  });
  return [
    plain("KV metadata read", 1, "GET", "secret/metadata/kept"),
    plain("KV patch", 2, "PATCH", "secret/data/patched", { headers: MERGE, body: { data: { more: "m" } } }),
    {
      name: "KV delete, latest",
      budget: { dynamodb: 2 },
      prepare: async () => {
        await world.call("POST", "secret/data/dropped", { body: { data: PASSWORD } });
        return "";
      },
      run: () => world.call("DELETE", "secret/data/dropped", { token }),
    },
    versions("KV delete, by number", "undelete", "delete"),
    versions("KV undelete", "delete", "undelete"),
    plain("KV v1 read", 1, "GET", "plain/app"),
    plain("KV v1 write, again", 2, "POST", "plain/again", { body: PASSWORD }),
    {
      name: "KV v1 write, new",
      budget: { dynamodb: 2 },
      run: (_, round) => world.call("POST", `plain/new-${round}`, { token, body: PASSWORD }),
    },
    plain("cubbyhole read", 1, "GET", "cubbyhole/kept"),
    plain("cubbyhole write", 3, "POST", "cubbyhole/kept", { body: PASSWORD }),
  ];
};
