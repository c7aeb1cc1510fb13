import { expect, it, jest } from "@jest/globals";

/** A server that refuses to say who is the primary, once. */
let asked = 0;
jest.unstable_mockModule("mongodb", () => ({
  MongoClient: class {
    once(): void {}
    async connect(): Promise<this> {
      return this;
    }
    async close(): Promise<void> {}
    db = () => ({
      command: async () => {
        asked += 1;
        if (asked === 1) throw Object.assign(new Error("not yet"), { name: "MongoServerError", code: 13 });
        return { isWritablePrimary: true };
      },
    });
  },
}));

const { mongodbConnector } = await import("../../../../../src/engines/database/mongodb/connector.ts");
const { createDial, createGuard, NEARBY } = await import("../../../../../src/outgoing/index.ts");
const { systemRandom } = await import("../../../../../src/std/random.ts");
const { systemClock } = await import("../../../../../src/std/time.ts");

it("the primary is looked for again after no member said that it is", async () => {
  const guard = createGuard(NEARBY, async () => ["127.0.0.1"]);
  const world = { clock: systemClock, random: systemRandom, dial: createDial(guard), guard };
  const database = await mongodbConnector(world).open({
    connection_url: "mongodb://{{username}}:{{password}}@db.example.com:27017/admin",
    username: "ada",
    password: "x",
  });

  await expect(database.ping()).rejects.toMatchObject({ kind: "statement" });
  await database.ping();
  expect(asked).toBeGreaterThan(1);
  await database.close();
});
