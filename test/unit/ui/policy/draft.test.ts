import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { draftOf } from "../../../../ui/policy/draft.ts";
import { tokenLines, tokensOf } from "../../../../ui/policy/tokens.ts";
import { tryDraft } from "../../../../ui/policy/trial.ts";
import { runs } from "../../../support/runs.ts";
import { codePoint } from "../../../support/text.ts";
import { type IdentityServer, makeIdentityServer } from "../../core/identity/support.ts";

let server: IdentityServer;
beforeAll(async () => {
  server = await makeIdentityServer();
});
afterAll(() => server.dynamo.close());

const SAMPLE = `# one
path "secret/data/+/db" {
  capabilities = ["read", "update"]
  allowed_parameters = { data = [], "options" = [] }
}
path "sys/mounts/*" { capabilities = ["sudo", "read"] }
path "auth/{{identity.entity.id}}/x" { capabilities = ["list"] }
`;

/** Texts as they are while somebody types: pieces gone, doubled, or another sign among them. */
const typed = fc
  .array(
    fc.tuple(
      fc.nat({ max: SAMPLE.length }),
      fc.nat({ max: 12 }),
      fc.constantFrom("", '"', "}", "{", "[", "raed", "\n", "+*", "#", "/*", "=", "5", "{{"),
    ),
    { minLength: 1, maxLength: 4 },
  )
  .map((edits) => edits.reduce((text, [at, length, put]) => text.slice(0, at) + put + text.slice(at + length), SAMPLE));

describe("the errors of a draft", () => {
  it("are the server's, whatever is being typed", async () => {
    await fc.assert(
      fc.asyncProperty(typed, async (text) => {
        fc.pre(text !== "");
        const draft = draftOf("draft", text);
        const answer = await server.call("POST", "sys/policies/acl/draft", { body: { policy: text } });
        const [told = ""] = (answer.body["errors"] ?? []) as string[];

        expect([200, 204].includes(answer.status)).toBe(draft.ok);
        if (!draft.ok) for (const error of draft.errors) expect(told).toContain(error.text);
      }),
      { numRuns: runs(60, 5000) },
    );
  });

  it.each<[string, readonly (number | undefined)[]]>([
    ['path "a" {\n  capabilities = ["raed"]\n}', [2]],
    ['path "a" {}\npath "b" {\n  capabilities = [\n    "read",\n    "raed",\n  ]\n}', [5]],
    ["path", [1]],
    ["\nbad = 1\nnope = 2", [2, 3]],
    ['path "/" {\n\n  capabilites = ["read"]\n}', [3]],
    ['path "a" { capabilities = ["read"] }\n\n}', [3]],
    ['path "x" {\n  policy = ["read"]\n}', [1]],
    ["[]", [undefined]],
  ])("name the line: %j", (text, lines) => {
    const draft = draftOf("draft", text);

    expect(draft.ok ? [] : draft.errors.map(({ line }) => line)).toEqual(lines);
  });
});

describe("a draft decides", () => {
  const stanza = fc
    .tuple(
      fc.constantFrom("kv/a", "kv/*", "kv/a*", "kv/+/b", "+/a", "sys/mounts", "sys/*", "sys/audit", "*"),
      fc.subarray(["create", "read", "update", "patch", "delete", "list", "sudo"]),
      fc.constantFrom("", "", "deny"),
    )
    .map(([path, capabilities, deny]) => {
      const names = deny === "" ? capabilities : [deny];
      return `path ${JSON.stringify(path)} { capabilities = ${JSON.stringify(names)} }`;
    });
  const text = fc.array(stanza, { maxLength: 4 }).map((stanzas) => `# policy\n${stanzas.join("\n")}\n`);
  const request = fc.record({
    path: fc.constantFrom("kv/a", "kv/ab", "kv/x/b", "other/a", "sys/mounts", "sys/audit", "sys/raw/x", "kv/"),
    operation: fc.constantFrom("create", "read", "update", "patch", "delete", "list"),
  });

  it("as sys/policies/explain does once it is saved, alone and with others", async () => {
    await fc.assert(
      fc.asyncProperty(text, text, request, async (mine, others, { path, operation }) => {
        const draft = draftOf("draft", mine);
        if (!draft.ok) throw new Error("the sample does not parse");
        await server.call("POST", "sys/policies/acl/draft", { body: { policy: mine } });
        await server.call("POST", "sys/policies/acl/others", { body: { policy: others } });
        const ask = async (policies: readonly string[]) =>
          (await server.call("POST", "sys/policies/explain", { body: { policies, path, operation } })).data;
        const both = await ask(["draft", "others"]);

        const sudoPath = both["sudo_required"] === true;
        const trial = tryDraft(draft.policy, [{ name: "others", text: others }], { path, operation, sudoPath });

        for (const [here, there] of [
          [trial.with, both],
          [trial.without, await ask(["others"])],
        ] as const) {
          const decided = here.candidates.find(({ decides }) => decides);
          expect({ allowed: here.decision.allowed, reason: here.decision.reason }).toEqual({
            allowed: there["allowed"],
            reason: there["reason"],
          });
          expect(decided?.pattern).toBe((there["decided_by"] as { pattern: string } | null)?.pattern);
          expect(here.suggestion ?? null).toBe(there["suggestion"]);
        }
      }),
      { numRuns: runs(25, 3000) },
    );
  });
});

describe("the colours of a policy", () => {
  it("change nothing of its text", () => {
    fc.assert(
      fc.property(fc.oneof(typed, fc.string({ unit: codePoint })), (text) => {
        expect(
          tokensOf(text)
            .map(({ text: part }) => part)
            .join(""),
        ).toBe(text);
        expect(
          tokenLines(text)
            .map((line) => line.map(({ text: part }) => part).join(""))
            .join("\n"),
        ).toBe(text);
      }),
    );
  });
});
