import { expect, it } from "@jest/globals";
import { builtInConnectors } from "../../../../src/engines/database/connectors.ts";
import { createDial, createGuard, PUBLIC } from "../../../../src/outgoing/index.ts";
import { systemRandom } from "../../../../src/std/random.ts";
import { systemClock } from "../../../../src/std/time.ts";
import { makeServer } from "../../../support/make-server.ts";

it("the plugin catalog lists exactly the connectors that are built in, and each answers to its name", async () => {
  const guard = createGuard(PUBLIC);
  const connectors = builtInConnectors({ clock: systemClock, random: systemRandom, dial: createDial(guard), guard });
  const server = await makeServer();
  const { data } = await server.call("GET", "sys/plugins/catalog");
  await server.dynamo.close();
  const loaded: string[] = [];
  for (const load of Object.values(connectors)) loaded.push((await load()).plugin);

  expect(data["database"]).toEqual(Object.keys(connectors).sort());
  expect(loaded).toEqual(Object.keys(connectors));
});
