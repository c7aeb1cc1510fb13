import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import type { Answer, FailureKind } from "../../../../ui/client/api.ts";
import { sourceAt } from "../../../../ui/client/json-text.ts";
import type { KvPath } from "../../../../ui/client/kv.ts";
import { dataOf, type Field, fieldsOf, newField } from "../../../../ui/pages/edit/model.ts";
import { type Ask, type Found, readLatest } from "../../../../ui/pages/edit/reading.ts";
import { casOf, type Order, save } from "../../../../ui/pages/edit/saving.ts";
import type { ApiRequest } from "../../../../ui/protocol.ts";

/** A secret of a key-value mount that answers as the server does, and loses answers, or requests, when told to. */

type Weather = "fine" | "request lost" | "answer lost";

const KINDS: Readonly<Record<number, FailureKind>> = { 0: "network", 400: "invalid", 403: "denied", 404: "not-found" };

const answer = (request: ApiRequest, status: number, text: string, kind = KINDS[status]): Answer => {
  if (status > 0 && status < 300) return { ok: true, status, json: {}, data: {}, warnings: [], text };
  const errors = /"errors":\["(.*)"\]/.exec(text)?.slice(1) ?? [];
  return { ok: false, kind: kind ?? "unavailable", status, errors, data: {}, text, retryAfter: undefined, request };
};

const MISMATCH = '{"errors":["check-and-set parameter did not match the current version"]}';

class Server {
  readonly versions: (string | undefined)[] = [];
  readonly asked: string[] = [];
  weather: Weather = "fine";
  denied: readonly string[] = [];
  lifetime = "";

  readonly ask: Ask = async (request) => {
    this.asked.push(`${request.method} ${request.path}`);
    if (this.weather === "request lost") return answer(request, 0, "");
    if (this.denied.includes(`${request.method} ${request.path.split("/")[1]}`)) return answer(request, 403, "");
    const { status, text } = this.serve(request);
    return this.weather === "answer lost" ? answer(request, 0, "") : answer(request, status, text);
  };

  write(data: string): void {
    this.versions.push(data);
  }

  private serve({ method, path, body = "" }: ApiRequest): { status: number; text: string } {
    const [version, data] = [this.versions.length, this.versions.at(-1)];
    const metadata = `{"version":${version}}`;
    if (path === "old/db") return this.servePlain(method, body);
    if (method === "GET" && version === 0) return { status: 404, text: '{"errors":[]}' };
    if (path.startsWith("kv/metadata")) {
      if (method === "POST") this.lifetime = sourceAt(body, "delete_version_after") ?? "";
      return { status: 200, text: `{"data":{"current_version":${version}}}` };
    }
    if (method === "GET") {
      const member = path.startsWith("kv/subkeys") ? "subkeys" : "data";
      const status = data === undefined ? 404 : 200;
      return { status, text: `{"data":{"${member}":${data ?? "null"},"metadata":${metadata}}}` };
    }
    const cas = sourceAt(body, "options", "cas");
    if (cas !== undefined && Number(cas) !== version) return { status: 400, text: MISMATCH };
    this.write(sourceAt(body, "data") ?? "");
    return { status: 200, text: `{"data":{"version":${version + 1},"deletion_time":"2026-12-01T00:00:00Z"}}` };
  }

  private servePlain(method: string, body: string): { status: number; text: string } {
    if (method === "GET") {
      const data = this.versions.at(-1);
      return data === undefined ? { status: 404, text: '{"errors":[]}' } : { status: 200, text: `{"data":${data}}` };
    }
    this.write(body);
    return { status: 204, text: "" };
  }
}

const at: KvPath = { mount: "kv/", version: 2, path: "db" };
const old: KvPath = { mount: "old/", version: 1, path: "db" };

const fields = (data: string): readonly Field[] => fieldsOf(data) ?? [];

const order = (base: Found, data: string, more: Partial<Order> = {}): Order => ({
  at,
  how: "write",
  base,
  fields: fields(data),
  expiry: undefined,
  ...more,
});

describe("saving", () => {
  it("makes a new secret with check-and-set 0, digit by digit", async () => {
    const server = new Server();
    const outcome = await save(order({ is: "absent" }, '{"n": 0.10, "__proto__": -0}'), server.ask);

    expect(outcome).toEqual({ is: "saved", version: 1, ends: "2026-12-01T00:00:00Z", already: false });
    expect(server.versions).toEqual(['{"n":0.10,"__proto__":-0}']);
    expect(server.asked).toEqual(["POST kv/data/db"]);
  });

  it("sets the end before it writes, and writes nothing where that fails", async () => {
    const server = new Server();
    server.denied = ["POST metadata"];
    const refused = await save(order({ is: "absent" }, "{}", { expiry: 60 }), server.ask);

    expect(refused).toMatchObject({ is: "failed", step: "expiry", unsure: false });
    expect(server.versions).toEqual([]);

    server.denied = [];
    await save(order({ is: "absent" }, "{}", { expiry: 60 }), server.ask);

    expect(server.lifetime).toBe('"60s"');
    expect(server.asked.slice(-2)).toEqual(["POST kv/metadata/db", "POST kv/data/db"]);
  });

  it("finds theirs where somebody saved meanwhile, and leaves it (21)", async () => {
    const server = new Server();
    server.write('{"a":"0"}');
    const base = await readLatest(at, server.ask);
    server.write('{"a":"1"}');
    const outcome = await save(order(base, '{"a":"2"}'), server.ask);

    expect(outcome).toMatchObject({ is: "conflict", theirs: { is: "stored", version: 2 } });
    expect(server.versions).toHaveLength(2);
  });

  it("finds that the other deleted it", async () => {
    const server = new Server();
    server.write('{"a":"0"}');
    const base = await readLatest(at, server.ask);
    server.versions[0] = undefined;
    server.write("");
    server.versions[1] = undefined;

    expect(await save(order(base, '{"a":"2"}'), server.ask)).toEqual({
      is: "conflict",
      theirs: { is: "deleted", version: 2 },
    });
    expect(casOf({ is: "deleted", version: 2 })).toBe(2);
  });

  it("knows its own work again after an answer was lost, and does not write it twice (51)", async () => {
    const server = new Server();
    server.weather = "answer lost";
    const mine = order({ is: "absent" }, '{"a":"1"}');

    expect(await save(mine, server.ask)).toMatchObject({ is: "failed", step: "write", unsure: true });

    server.weather = "fine";

    expect(await save(mine, server.ask)).toMatchObject({ is: "saved", version: 1, already: true });
    expect(server.versions).toEqual(['{"a":"1"}']);
  });

  it("is repeated where the request was lost", async () => {
    const server = new Server();
    server.weather = "request lost";
    const mine = order({ is: "absent" }, '{"a":"1"}');
    await save(mine, server.ask);
    server.weather = "fine";

    expect(await save(mine, server.ask)).toMatchObject({ is: "saved", version: 1, already: false });
    expect(server.versions).toHaveLength(1);
  });

  it("stores once, and overwrites nobody, in any weather and among other writers", async () => {
    const step = fc.oneof(
      fc.constantFrom<Weather>("fine", "request lost", "answer lost"),
      fc.constantFrom({ other: '{"a":"other"}' }, { other: '{"b":"1"}' }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 8 }), async (steps) => {
        const server = new Server();
        server.write('{"a":"0"}');
        let base = await readLatest(at, server.ask);
        let [saved, conflicts] = [0, 0];
        for (const one of [...steps, "fine" as const, "fine" as const]) {
          if (typeof one === "object") {
            server.write(one.other);
            continue;
          }
          if (saved > 0) break;
          server.weather = one;
          const outcome = await save(order(base, '{"a":"mine"}'), server.ask);
          server.weather = "fine";
          if (outcome.is === "saved") saved += 1;
          // Whoever sees theirs decides again, with theirs as the base.
          if (outcome.is === "conflict") [base, conflicts] = [outcome.theirs, conflicts + 1];
        }
        const mine = server.versions.filter((data) => data === '{"a":"mine"}').length;

        // Once for each time that somebody looked and decided, and never twice by itself.
        expect(mine).toBeLessThanOrEqual(1 + conflicts);
        expect(saved === 0 || mine > 0).toBe(true);
      }),
    );
  });

  it("of version 1 looks again before it writes (22)", async () => {
    const server = new Server();
    server.write('{"a":"0"}');
    const base = await readLatest(old, server.ask);

    expect(await save(order(base, '{"a":"1"}', { at: old }), server.ask)).toMatchObject({ is: "saved" });
    expect(server.asked).toEqual(["GET old/db", "GET old/db", "POST old/db"]);

    const again = await save(order(base, '{"a":"2"}', { at: old }), server.ask);

    expect(again).toMatchObject({ is: "conflict", theirs: { is: "stored", version: undefined } });
    expect(server.versions.at(-1)).toBe('{"a":"1"}');
    expect(await save(order(base, '{"a":"1"}', { at: old }), server.ask)).toMatchObject({ already: true });
  });

  it("of version 1 writes nothing where the look failed", async () => {
    const server = new Server();
    server.weather = "request lost";
    const outcome = await save(order({ is: "absent" }, '{"a":"1"}', { at: old }), server.ask);

    expect(outcome).toMatchObject({ is: "failed", step: "read", unsure: false });
  });

  it("patches where no more is allowed", async () => {
    const server = new Server();
    server.write('{"a":"0","b":"0"}');
    const base = await readLatest(at, server.ask);
    await save(order(base, '{"a":"0","b":"1"}', { how: "patch" }), server.ask);

    expect(server.asked.at(-1)).toBe("PATCH kv/data/db");
    expect(server.versions.at(-1)).toBe('{"b":"1"}');
    expect(await save(order(base, '{"a":null}', { how: "patch" }), server.ask)).toEqual({ is: "null" });
  });

  it("of what may not be read takes the version from the metadata or the names", async () => {
    const server = new Server();
    server.write('{"a":"0"}');
    server.denied = ["GET data", "GET metadata"];
    const names = await readLatest(at, server.ask);

    expect(names).toEqual({ is: "unread", version: 1, names: ["a"] });

    server.denied = ["GET data", "GET subkeys"];

    expect(await readLatest(at, server.ask)).toEqual({ is: "unread", version: 1, names: undefined });

    server.denied = ["GET data", "GET subkeys", "GET metadata"];
    const blind = await readLatest(at, server.ask);

    expect(blind).toEqual({ is: "unread", version: undefined, names: undefined });
    expect(await save(order(blind, '{"a":"1"}'), server.ask)).toMatchObject({ is: "saved", version: 2 });
    expect(server.versions.at(-1)).toBe(dataOf([newField("a", "1")]));
  });

  it("takes an answer that is not a secret for somebody else's", async () => {
    const ask: Ask = async (request) => answer(request, 200, "<html>hello</html>");

    expect(await readLatest(at, ask)).toMatchObject({ is: "failed", failure: { kind: "gateway" } });
  });
});
