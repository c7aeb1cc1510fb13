import { PassThrough } from "node:stream";
import { describe, expect, it } from "@jest/globals";
import { createThawingClient } from "../../../../src/agent/lambda/thawing-client.ts";
import type { Client } from "../../../../src/client/contract.ts";
import { ConnectionError } from "../../../../src/client/errors.ts";

const world = () => {
  const made: ("open" | "closed")[] = [];
  const bodies: PassThrough[] = [];
  const time = { now: 0 };
  const make = (): Client => {
    const at = made.push("open") - 1;
    return {
      call: async () => ({ status: 200, headers: {} }),
      send: async ({ target }) => {
        if (target === "/v1/down") throw new ConnectionError("http://server", "connection refused");
        const body = new PassThrough();
        bodies.push(body);
        return { status: 200, headers: {}, body };
      },
      with: make,
      close: () => {
        made[at] = "closed";
      },
    };
  };
  const client = createThawingClient(make, { now: () => time.now });
  const send = (target = "/v1/a") => client.send({ method: "GET", target, headers: {} });
  return { client, send, made, bodies, time };
};

const closed = async (body: PassThrough | undefined): Promise<void> => {
  body?.resume().end();
  await new Promise((resolve) => body?.once("close", resolve));
};

describe("the client of a process that is frozen now and then", () => {
  it("uses its connections again at once, and not after a pause", async () => {
    const { client, made, time } = world();
    await client.call({ method: "GET", path: "a" });
    time.now += 1000;
    await client.call({ method: "GET", path: "a" });
    expect(made).toEqual(["open"]);
    time.now += 1001;
    await client.call({ method: "GET", path: "a" });
    expect(made).toEqual(["closed", "open"]);
  });

  it("does so by a clock that was set back, too", async () => {
    const { client, made, time } = world();
    time.now -= 60_000;
    await client.call({ method: "GET", path: "a" });
    expect(made).toEqual(["closed", "open"]);
  });

  it("lets an answer come to its end, however long that takes, and what failed is over", async () => {
    const { send, made, bodies, time } = world();
    await send();
    await expect(send("/v1/down")).rejects.toThrow(ConnectionError);
    time.now += 60_000;
    await send();
    expect(made).toEqual(["open"]);
    for (const body of bodies) await closed(body);
    time.now += 60_000;
    await send();
    expect(made).toEqual(["closed", "open"]);
  });
});
