import { createHash } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import { OPEN_CHALLENGES } from "../../../src/contract/table.ts";
import { CLUSTER, certificateRequest, dns, makeKey, message } from "../../support/acme-client.ts";
import { startDns } from "../../support/dns.ts";
import { TABLE } from "../support/deployment.ts";
import { recorded } from "../support/events.ts";
import type { Built } from "./built.ts";

/** ACME across the functions: `keys` says what is to be checked, `challenges` checks it, `keys` reads the verdict. */

export const challengeStories = (built: Built): void => {
  const { ask } = built;
  const write = async (path: string, body: object): Promise<void> => {
    const { status } = await ask(path.startsWith("sys/") ? "system" : "keys", { event: "post-json", path, body });
    expect(status).toBeLessThan(300);
  };

  describe("an order of a certificate", () => {
    it("is proved by another function, which the stream wakes, and each stays within its rights", async () => {
      const names = await startDns();
      const before = built.deployment.denied.length;
      const stream: { readonly eventName?: string | undefined }[] = [];
      const end = built.deployment.aws.dynamo.subscribe(TABLE, async (records) => {
        stream.push(...records);
      });
      try {
        await write("sys/mounts/pki", { type: "pki" });
        await write("pki/root/generate/internal", { common_name: "Root", key_type: "ec" });
        await write("pki/config/cluster", { path: CLUSTER, aia_path: CLUSTER });
        await write("pki/config/acme", { enabled: true, dns_resolver: names.at });

        const key = await makeKey();
        let kid: string | undefined;
        let nonce = (await ask("keys", { path: "pki/acme/new-nonce" })).headers["replay-nonce"];
        const post = async (below: string, payload: unknown = "") => {
          const url = below.startsWith("https://") ? below : `${CLUSTER}/acme/${below}`;
          const who = kid === undefined ? { jwk: key.jwk } : { kid };
          const body = message(key, { alg: key.algorithm, nonce, url, ...who }, payload);
          const path = url.slice("https://vault.example.com/v1/".length);
          const answer = await ask("keys", { event: "post-json", path, body });
          nonce = answer.headers["replay-nonce"];
          return answer;
        };
        kid = String((await post("new-account", {})).headers["location"]);
        const order = await post("new-order", { identifiers: [{ type: "dns", value: "www.example.com" }] });
        const [at] = order.body["authorizations"] as string[];
        const authorization = await post(String(at));
        const challenges = authorization.body["challenges"] as { type: string; url: string; token: string }[];
        const { url = "", token = "" } = challenges.find(({ type }) => type === "dns-01") ?? {};
        const digest = createHash("sha256").update(`${token}.${key.thumbprint}`).digest("base64url");
        names.records.set("_acme-challenge.www.example.com", { txt: [digest] });
        expect((await post(url, {})).body["status"]).toBe("processing");

        const opened = stream.filter(
          (record) => record.eventName === "INSERT" && JSON.stringify(record).includes(OPEN_CHALLENGES),
        );
        expect(opened).toHaveLength(1);
        const { result, failure } = await built.deployment.functions.challenges.invoke({ Records: opened }, 60_000);
        expect([result, failure]).toEqual([{ nextMs: null, failed: 0 }, undefined]);
        expect(names.asked).toContain("txt _acme-challenge.www.example.com");

        expect((await post(String(at))).body["status"]).toBe("valid");
        const { csr } = certificateRequest(dns("www.example.com"));
        expect((await post(String(order.body["finalize"]), { csr })).body["status"]).toBe("valid");
        // Nothing is left to do for the schedule's order, which says so at once.
        expect((await built.deployment.functions.challenges.invoke(recorded("schedule"), 60_000)).result).toEqual({
          nextMs: null,
          failed: 0,
        });
        expect(built.deployment.denied.slice(before)).toEqual([]);
      } finally {
        end();
        await names.close();
      }
    });

    it("is refused by the function in any other shape", async () => {
      for (const event of [{}, { Records: [] }, { Records: [{ dynamodb: {} }] }, { source: "zeroth.sweep" }])
        expect((await built.deployment.functions.challenges.invoke(event)).failure?.errorMessage).toBe(
          "neither an order nor a batch of the stream",
        );
    });
  });
};
