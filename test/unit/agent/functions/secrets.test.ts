import { mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import {
  agentFunctions,
  assertInSandbox,
  type FileToWrite,
  systemNetwork,
} from "../../../../src/agent/functions/index.ts";
import { TemplateError } from "../../../../src/go-template/index.ts";
import { render, sourcesOf, type World } from "./world.ts";

const message = async (template: string, world: World = {}, setting = {}): Promise<string> => {
  try {
    await render(template, world, setting);
  } catch (error) {
    if (error instanceof TemplateError) return error.message;
    throw error;
  }
  return "it did not fail";
};

const wrote = async (template: string): Promise<readonly FileToWrite[]> => {
  const files: FileToWrite[] = [];
  const sources = { ...sourcesOf({}), writeFile: (file: FileToWrite) => void files.push(file) };
  expect(await render(template, {}, { sources })).toBe("");
  return files;
};

describe("what reaches outside", () => {
  it("asks for nothing twice in the same words: slashes and blanks around a path are the template's own business", async () => {
    const asked: unknown[] = [];
    const sources = {
      ...sourcesOf({}),
      read: (path: string, query: Readonly<Record<string, string>>) => {
        asked.push([path, query]);
        return { state: "missing" } as const;
      },
    };
    const template =
      '{{ secret "a/b" }}{{ secret "/a/b/" }}{{ secret " a/b " }}{{ secret "a/b?version=2" }}{{ secret "a%20b" }}';
    expect(await render(template, {}, { sources })).toBe("<no value>".repeat(5));
    expect(asked).toEqual([
      ["a/b", {}],
      ["a/b", {}],
      ["a/b", {}],
      ["a/b", { version: "2" }],
      ["a b", {}],
    ]);
  });

  it("says where there is no secret, and which argument is not a pair", async () => {
    const sources = { ...sourcesOf({}), read: () => ({ state: "absent" }) as const };
    expect(await message('{{ secret "kv/data/none" }}', {}, { sources })).toContain("no secret exists at kv/data/none");
    expect(await message('{{ secret "p" "x" }}')).toContain('not k=v pair "x"');
    expect(await message('{{ pkiCert "p" "x" }}')).toContain('not k=v pair "x"');
  });

  it("writes files with their owner, mode and flags", async () => {
    const [first] = await wrote('{{ "a" | writeToFile "/x/y" "ann" "staff" "0640" "append,newline" }}');
    expect(first).toEqual({
      path: "/x/y",
      user: "ann",
      group: "staff",
      mode: 0o640,
      append: true,
      content: Buffer.from("a\n"),
    });
    const [second] = await wrote('{{ base64Decode "/wA=" | writeToFile "/x" "" "" "0600" }}');
    expect(second).toMatchObject({ user: "", mode: 0o600, append: false, content: Buffer.from([0xff, 0]) });
  });

  it.each(['"0800"', '"rw"', '""', '"17777"'])("refuses to write with the mode %s", async (mode) => {
    expect(await message(`{{ writeToFile "/x" "" "" ${mode} "a" }}`)).toContain("permissions are octal");
  });

  it("runs no program and prints nothing into the agent's own output (V92)", async () => {
    expect(await message('{{ plugin "/bin/true" }}')).toContain("templates cannot run programs");
    expect(await render('{{ spew_dump "a" }}{{ spew_printf "%v" "a" }}', {})).toBe("");
  });

  it("has no function that looks names up or calls servers (V92)", () => {
    const names = Object.keys(agentFunctions(sourcesOf({}), { denylist: [], libraries: {} }));
    expect(names).not.toEqual(expect.arrayContaining(["sprig_getHostByName"]));
    expect(
      names.filter((name) => /^(key|ls|service|services|node|nodes|tree|connect|caLeaf|nomad)/.test(name)),
    ).toEqual([]);
  });

  it("denies functions by their name, and those only", async () => {
    const denylist = ["env", "nope"];
    expect(await message('{{ env "A" }}', {}, { denylist })).toContain("function is disabled");
    expect(await render('{{ envOrDefault "A" "x" }}', {}, { denylist })).toBe("x");
  });

  it.each([
    ["sprig_*", '{{ sprig_upper "a" }}', '{{ toUpper "a" }}', "A"],
    ["*File", '{{ "x" | writeToFile "/x" "" "" "0600" }}', '{{ toLower "A" }}', "a"],
    ["env*Default", '{{ envOrDefault "A" "x" }}', '{{ toLower "A" }}', "a"],
    ["*", '{{ toLower "A" }}', "plain", "plain"],
  ])("denies all functions that %s matches", async (pattern, refused, allowed, expected) => {
    const denylist = [pattern];
    expect(await message(refused, {}, { denylist })).toContain("function is disabled");
    expect(await render(allowed, {}, { denylist })).toBe(expected);
  });

  it("reads the clock it is given", async () => {
    expect(await render('{{ timestamp }} {{ timestamp "unix" }} {{ timestamp "2006-01-02 15:04:05.000" }}', {})).toBe(
      "2026-11-30T06:29:52Z 1796020192 2026-11-30 06:29:52.123",
    );
  });

  it("begins each run with an empty scratch", async () => {
    const template = '{{ scratch.Key "a" }}{{ scratch.Set "a" 1 }}{{ scratch.Key "a" }}';
    expect(await render(template, {})).toBe("falsetrue");
    expect(await render(template, {})).toBe("falsetrue");
  });

  it("knows this machine's loopback", () => {
    const { interfaces } = systemNetwork();
    const loopback = interfaces.find(({ flags }) => flags.includes("loopback"));
    expect(loopback?.addresses).toEqual(expect.arrayContaining([{ address: "127.0.0.1", prefix: 8 }]));
  });
});

describe("the sandbox of file", () => {
  const folder = mkdtempSync(join(tmpdir(), "sandbox-"));
  const outside = mkdtempSync(join(tmpdir(), "outside-"));
  writeFileSync(join(folder, "..own"), "own");
  writeFileSync(join(outside, "secret"), "secret");
  symlinkSync(join(outside, "secret"), join(folder, "link"));
  symlinkSync(folder, join(outside, "in"));

  it("lets what is in it be read, by whichever way", () => {
    expect(assertInSandbox(folder, join(folder, "..own"))).toBe(join(folder, "..own"));
    expect(assertInSandbox(folder, join(outside, "in", "..own"))).toBe(join(folder, "..own"));
    expect(assertInSandbox(undefined, "/any")).toBe("/any");
  });

  it.each([
    join(folder, "..", "x"),
    join(folder, "link"),
    join(outside, "secret"),
    "/etc/passwd",
    join(folder, "none"),
  ])("refuses %s", (path) => {
    expect(() => assertInSandbox(folder, path)).toThrow(/sandbox/);
  });
});

describe("V67: errors hold no value of a secret", () => {
  const names = Object.keys(agentFunctions(sourcesOf({}), { denylist: [], libraries: {} })).filter(
    (name) => !["sprig_bcrypt", "sprig_htpasswd", "sprig_derivePassword", "sprig_genPrivateKey"].includes(name),
  );
  const canary = fc.stringMatching(/^canary-[a-z0-9 "'\\{}[\]:()*%]{4,20}z$/);
  /** What a function may be given, with the secret in it, whole or as a part. */
  const forms = [
    "$s",
    "(printf `%s=` $s)",
    "(parseJSON ($s | toJSON))",
    "(sprig_list $s)",
    "(sprig_dict $s $s)",
    "1",
    "nil",
    '"x"',
    "(printf `{%s` $s)",
  ];

  it("whatever function fails, with whatever arguments", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...names),
        fc.array(fc.constantFrom(...forms), { maxLength: 4 }),
        canary,
        async (name, args, secret) => {
          const world = { secrets: { c: { data: { value: secret } } } };
          const template = `{{ $s := (secret "c").Data.value }}{{ ${name} ${args.join(" ")} }}`;
          expect(await message(template, world)).not.toContain("canary");
        },
      ),
      { numRuns: 600 },
    );
  });

  it.each([
    "mustEnv $s",
    "secret $s `x`",
    "secret `p` $s",
    "file $s",
    "sprig_fail $s",
    "sockaddr $s",
    "pkiCert `p` $s",
    "regexMatch $s $s",
    "executeTemplate $s",
  ])("nor where the secret is what the error names: %s", async (call) => {
    const sources = {
      ...sourcesOf({ secrets: { c: { data: { value: 'canary("one' } } } }),
      file: () => ({ state: "absent" }) as const,
    };
    const text = await message(`{{ $s := (secret "c").Data.value }}{{ ${call} }}`, {}, { sources });
    expect(text).not.toContain("it did not fail");
    expect(text).not.toContain("canary");
  });
});
