import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import type { AgentConfig, TemplateConfig } from "../../../../src/agent/config/model.ts";
import type { Part } from "../../../../src/agent/contract.ts";
import { prepareTemplates } from "../../../../src/agent/template/index.ts";
import type { Secret } from "../../../../src/client/contract.ts";
import { agentConfig, template } from "../support/config.ts";
import { type Asked, answer, createScripted, mount, refuse, type Scripted, version } from "../support/scripted.ts";
import { createTokens, createWorld, type GivenTokens, type World } from "../support/world.ts";

let folder: string;
let world: World;
let tokens: GivenTokens;
let server: Scripted;
let part: Part | undefined;
/** What the server answers, by path; a function for what changes. */
let secrets: Record<string, Secret | undefined | ((asked: Asked, count: number) => Secret | undefined)>;
let isReady: boolean;
let end: unknown;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "templates-"));
  world = createWorld({ PATH: process.env["PATH"] ?? "", FOLDER: folder }, 0.5, true);
  tokens = createTokens();
  secrets = { "secret/data/app": version({ user: "ann", pass: "one" }) };
  [isReady, end] = [false, undefined];
  server = createScripted((asked, count) => {
    if (asked.path.startsWith("sys/internal")) {
      return asked.path.includes("/secret/") ? mount("secret/") : mount("other/", "database");
    }
    const found = secrets[asked.path];
    return (typeof found === "function" ? found(asked, count) : found) ?? refuse(404);
  });
});
afterEach(async () => {
  const stopped = part?.stop();
  await world.pass(10_000);
  await stopped;
  part = undefined;
  rmSync(folder, { recursive: true, force: true });
});

const at = (name: string): string => join(folder, name);
const text = (name: string): string | undefined => (existsSync(at(name)) ? readFileSync(at(name), "utf8") : undefined);
const secret = (path: string, inner: string): string => `{{ with secret "${path}" }}${inner}{{ end }}`;
const USER = secret("secret/app", "{{ .Data.data.user }}:{{ .Data.data.pass }}");

const start = (templates: readonly TemplateConfig[], more: Partial<AgentConfig> = {}): void => {
  part = prepareTemplates(agentConfig({ templates, ...more }), world.surroundings)(server.client, tokens);
  [isReady, end] = [false, undefined];
  void part.ready.then(() => {
    isReady = true;
  });
  part.ended.catch((error: unknown) => {
    end = error;
  });
};
/** With a token, until everything is rendered. */
const run = async (templates: readonly TemplateConfig[], more: Partial<AgentConfig> = {}): Promise<void> => {
  start(templates, more);
  tokens.give("token-1");
  await world.until(() => isReady || end !== undefined, 600_000);
};
const exits: Partial<AgentConfig> = {
  templateServer: { ...agentConfig({}).templateServer, exitOnRetryFailure: true },
};
const command = (line: string, more = {}) => ({ command: [line], shell: true, timeout: 30_000, ...more });

describe("rendering", () => {
  it("begins with the first token", async () => {
    start([template(at("a"), "plain")]);
    await world.pass(60_000);
    expect(text("a")).toBeUndefined();
    tokens.give("token-1");
    await world.until(() => isReady);
    expect(text("a")).toBe("plain");
  });

  it("fetches what a template asks for, at every depth", async () => {
    secrets["secret/metadata/list"] = answer({ keys: ["b", "a"] });
    secrets["secret/data/list/a"] = version({ v: "1" });
    secrets["secret/data/list/b"] = version({ v: "2" });
    await run([
      template(at("a"), USER),
      template(
        at("b"),
        `{{ range secrets "secret/list" }}{{ with secret (printf "secret/list/%s" .) }}{{ .Data.data.v }};{{ end }}{{ end }}`,
      ),
    ]);
    expect([text("a"), text("b")]).toEqual(["ann:one", "1;2;"]);
  });

  it("asks once for what several templates use, and once for a mount", async () => {
    await run([template(at("a"), USER), template(at("b"), `${USER}!`), template(at("c"), USER)]);
    expect(server.count("secret/data/app")).toBe(1);
    expect(server.asked.filter(({ path }) => path.startsWith("sys/internal"))).toHaveLength(1);
  });

  it("reads one version, and takes a deleted one for none", async () => {
    secrets["secret/data/app"] = ({ query }) => version({ user: query["version"] ?? "newest", pass: "x" });
    secrets["secret/data/gone"] = version({ a: "b" }, { deletion_time: "2025-12-31T00:00:00Z" });
    await run([template(at("a"), secret("secret/app?version=3", "{{ .Data.data.user }}"))]);
    expect(text("a")).toBe("3");
    await part?.stop();
    await run([template(at("b"), secret("secret/gone", "x"))], exits);
    expect(String(end)).toContain("no secret exists at secret/data/gone");
  });

  it("writes what a template writes, once", async () => {
    secrets["other/issue"] = ({ body, method }) => answer({ got: JSON.stringify(body), method });
    const written = `{{ with secret "other/issue" "a=b" "c=d=e" }}{{ .Data.method }} {{ .Data.got }}{{ end }}`;
    await run([template(at("a"), written), template(at("b"), `${written}!`)]);
    expect(text("a")).toBe('PUT {"a":"b","c":"d=e"}');
    expect(server.count("other/issue")).toBe(1);
  });

  it("puts what is written to KV version 2 into data", async () => {
    secrets["secret/data/new"] = ({ body }) => answer({ got: JSON.stringify(body) });
    await run([template(at("a"), `{{ with secret "secret/new" "a=b" }}{{ .Data.got }}{{ end }}`)]);
    expect(text("a")).toBe('{"data":{"a":"b"}}');
  });

  it("opens no more calls at a time than there may be connections", async () => {
    for (let number = 0; number < 40; number += 1) secrets[`secret/data/many/${number}`] = version({ v: `${number}` });
    const many = Array.from({ length: 40 }, (_, number) =>
      template(at(`many-${number}`), secret(`secret/many/${number}`, "{{ .Data.data.v }}")),
    );
    await run(many, { templateServer: { ...agentConfig({}).templateServer, maxConnectionsPerHost: 3 } });
    expect(text("many-39")).toBe("39");
    expect(server.most()).toBe(3);
  });

  it("V91: refuses a path that a secret leads out of its folder", async () => {
    secrets["secret/data/app"] = version({ user: "../../sys/raw", pass: "x" });
    await run(
      [template(at("a"), `{{ with secret "secret/app" }}{{ secret (printf "secret/%s" .Data.data.user) }}{{ end }}`)],
      exits,
    );
    expect(String(end)).toContain("a path may not hold . or ..");
    expect(server.asked.some(({ path }) => path.includes("raw"))).toBe(false);
  });
});

describe("following changes", () => {
  const follow = async (contents: string, more: Partial<TemplateConfig> = {}): Promise<void> => {
    await run([template(at("a"), contents, { perms: 0o600, ...more })]);
  };

  it("fetches a static secret again within the interval and renders it", async () => {
    await follow(USER);
    secrets["secret/data/app"] = version({ user: "ann", pass: "two" });
    await world.pass(269_000);
    expect(text("a")).toBe("ann:one");
    await world.pass(2000);
    expect(text("a")).toBe("ann:two");
  });

  it("touches nothing and runs nothing while values stay", async () => {
    await follow(USER, { command: command(`echo ran >>"$FOLDER/ran"`) });
    const before = statSync(at("a"));
    await world.pass(3_600_000);
    expect(server.count("secret/data/app")).toBeGreaterThan(10);
    expect([statSync(at("a")).ino, statSync(at("a")).mtimeMs, text("ran")]).toEqual([
      before.ino,
      before.mtimeMs,
      "ran\n",
    ]);
  });

  it("fetches a lease that cannot be renewed before its end", async () => {
    secrets["other/creds"] = (_, count) =>
      answer({ user: `user-${count}` }, { lease_id: `l${count}`, lease_duration: 100 });
    await follow(secret("other/creds", "{{ .Data.user }}"));
    await world.pass(89_000);
    expect(text("a")).toBe("user-1");
    await world.pass(2000);
    expect(text("a")).toBe("user-2");
  });

  it("renews one that can, and fetches again at the first renewal that fails", async () => {
    let renewals = 0;
    secrets["other/creds"] = (_, count) =>
      answer({ user: `user-${count}` }, { lease_id: `l${count}`, lease_duration: 100, renewable: true });
    secrets["sys/leases/renew"] = ({ body }) => {
      renewals += 1;
      return renewals === 6
        ? refuse(400, "lease not found")
        : answer(null, { lease_id: JSON.stringify(body), lease_duration: 100, renewable: true });
    };
    await follow(secret("other/creds", "{{ .Data.user }}"));
    await world.until(() => renewals >= 5);
    expect(text("a")).toBe("user-1");
    await world.until(() => text("a") === "user-2");
    expect(renewals).toBeGreaterThanOrEqual(6);
  });

  it("uses up leases that can never be renewed, instead of asking for one after the other", async () => {
    secrets["other/creds"] = (_, count) =>
      answer({ user: `user-${count}` }, { lease_id: `l${count}`, lease_duration: 1000, renewable: true });
    secrets["sys/leases/renew"] = () => refuse(403, "permission denied");
    await follow(secret("other/creds", "{{ .Data.user }}"));
    await world.pass(890_000);
    expect(text("a")).toBe("user-2");
    await world.pass(1_000_000);
    expect(text("a")).toBe("user-4");
  });

  it("waits 32 days without asking in between", async () => {
    secrets["other/creds"] = (_, count) =>
      answer({ user: `user-${count}` }, { lease_id: `l${count}`, lease_duration: 2_764_800 });
    await follow(secret("other/creds", "{{ .Data.user }}"));
    await world.pass(28 * 86_400_000);
    expect(server.count("other/creds")).toBe(1);
    await world.pass(86_400_000);
    expect(text("a")).toBe("user-2");
  });

  it("is not confused by a clock that is set", async () => {
    secrets["other/creds"] = (_, count) =>
      answer({ user: `user-${count}` }, { lease_id: `l${count}`, lease_duration: 100 });
    await follow(secret("other/creds", "{{ .Data.user }}"));
    world.setClock(0);
    await world.pass(89_000);
    world.setClock(Date.parse("2040-01-01T00:00:00Z"));
    expect(text("a")).toBe("user-1");
    await world.pass(2000);
    expect(text("a")).toBe("user-2");
  });

  it("follows a file, also one that is replaced by another", async () => {
    writeFileSync(at("in"), "one");
    await follow(`{{ file "${at("in")}" }}`);
    writeFileSync(at("next"), "two!");
    renameSync(at("next"), at("in"));
    await world.until(() => text("a") === "two!", 20_000);
  });

  it("follows a file behind a link into another folder, as Kubernetes mounts secrets", async () => {
    for (const version of ["one", "two"]) {
      writeFileSync(at(`in-${version}`), version.repeat(version.length));
    }
    symlinkSync(at("in-one"), at("link"));
    await follow(`{{ file "${at("link")}" }}`);
    symlinkSync(at("in-two"), at("link-2"));
    renameSync(at("link-2"), at("link"));
    await world.until(() => text("a") === "twotwotwo", 20_000);
    // What the link leads to is another folder's.
    mkdirSync(at("other"));
    writeFileSync(at("other/in"), "three");
    symlinkSync(at("other/in"), at("link-3"));
    renameSync(at("link-3"), at("link"));
    await world.until(() => text("a") === "three", 20_000);
    writeFileSync(at("other/in"), "four!");
    await world.until(() => text("a") === "four!", 20_000);
  });

  it("fetches everything again with a new token", async () => {
    secrets["other/creds"] = (_, count) =>
      answer({ user: `user-${count}` }, { lease_id: `l${count}`, lease_duration: 1000 });
    await follow(secret("other/creds", "{{ .Data.user }}"));
    tokens.give("token-1");
    await world.pass(1000);
    expect(text("a")).toBe("user-1");
    tokens.give("token-2");
    await world.until(() => text("a") === "user-2");
    expect(server.asked.at(-1)?.token).toBe("token-2");
  });

  it("keeps a certificate that is good over a restart, and replaces it before its end, whatever the clock does", async () => {
    const { makeAuthority, makeCertificate } = await import("../../../support/certificates.ts");
    const by = await makeAuthority("CN=root");
    const made = async () => {
      const life = {
        notBefore: new Date(world.surroundings.clock.now()),
        notAfter: new Date(world.surroundings.clock.now() + 36_000_000),
      };
      const { cert, key } = await makeCertificate({
        by,
        notBefore: life.notBefore.toISOString(),
        notAfter: life.notAfter.toISOString(),
      });
      return answer({ certificate: cert, private_key: key, issuing_ca: by.cert });
    };
    let next = await made();
    secrets["other/issue"] = () => next;
    const contents = '{{ with pkiCert "other/issue" "common_name=a" }}{{ .Cert }}{{ .CA }}{{ .Key }}{{ end }}';
    await follow(contents);
    const first = text("a");
    await part?.stop();
    await follow(contents);
    await world.pass(32_000_000);
    expect([text("a"), server.count("other/issue")]).toEqual([first, 1]);
    next = await made();
    await world.pass(1_000_000);
    expect(server.count("other/issue")).toBe(2);
    const second = text("a");
    expect(second).not.toBe(first);
    next = await made();
    // Set forward by a day: it is at its end by the calendar.
    world.setClock(world.surroundings.clock.now() + 86_400_000);
    next = await made();
    await world.pass(700_000);
    expect(text("a")).not.toBe(second);
  });

  it("stops asking for what is no longer used", async () => {
    secrets["secret/data/app"] = (_, count) => version({ user: count === 1 ? "x" : "", pass: "" });
    secrets["secret/data/x"] = version({ v: "1" });
    await follow(
      secret("secret/app", `{{ if .Data.data.user }}{{ with secret "secret/x" }}{{ .Data.data.v }}{{ end }}{{ end }}`),
    );
    await world.pass(3_600_000);
    expect(text("a")).toBe("");
    expect(server.count("secret/data/x")).toBeLessThan(3);
    expect(server.count("secret/data/app")).toBeGreaterThan(10);
  });

  it("waits until data is quiet, but not forever", async () => {
    secrets["secret/data/app"] = (_, count) => version({ user: `${count}`, pass: "" });
    const settings = { staticSecretRenderInterval: 10_000 };
    await run([template(at("a"), USER, { wait: { min: 15_000, max: 40_000 } })], {
      templateServer: { ...agentConfig({}).templateServer, ...settings },
    });
    expect(text("a")).toBe("1:");
    await world.pass(48_000);
    expect(text("a")).toBe("1:");
    await world.pass(2000);
    expect(text("a")).toBe("6:");
  });
});

describe("commands", () => {
  it("run after a change alone, with the agent's environment", async () => {
    await run([template(at("a"), USER, { command: command(`echo "$(cat "$FOLDER/a")" >>"$FOLDER/ran"`) })]);
    expect(text("ran")).toBe("ann:one\n");
    secrets["secret/data/app"] = version({ user: "ann", pass: "two" });
    await world.until(() => text("ran") === "ann:one\nann:two\n");
  });

  it("run without a shell where they are lists", async () => {
    const list = { command: ["cp", at("a"), at("a copy")], shell: false, timeout: 30_000 };
    await run([template(at("a"), "x", { command: list })]);
    expect(text("a copy")).toBe("x");
  });

  it("run once for several files of one pass", async () => {
    const same = command(`echo ran >>"$FOLDER/ran"`);
    await run([template(at("a"), USER, { command: same }), template(at("b"), `${USER}!`, { command: same })]);
    expect(text("ran")).toBe("ran\n");
  });

  it("end the agent where they fail and that is configured", async () => {
    await run([template(at("a"), "x", { command: command("exit 3") })], exits);
    expect(String(end)).toMatch(
      /template server: failed to execute command .*exited with a non-zero exit status: it ended with 3/,
    );
    expect(text("a")).toBe("x");
  });

  it("end an agent that is to exit after its work", async () => {
    await run([template(at("a"), "x", { command: command("exit 3") })], { exitAfterAuth: true });
    expect(String(end)).toContain("failed to execute command");
    expect(isReady).toBe(false);
  });

  it("are killed with all they started when their time is over", async () => {
    world.leaveProcesses();
    await run(
      [template(at("a"), "x", { command: command(`sleep 1000; touch "$FOLDER/done"`, { timeout: 1000 }) })],
      exits,
    );
    expect(String(end)).toContain("command did not exit within 1s");
    expect(text("done")).toBeUndefined();
  });

  it("do not keep an agent from stopping", async () => {
    world.leaveProcesses();
    start([template(at("a"), "x", { command: command(`touch "$FOLDER/began"; sleep 1000`) })]);
    tokens.give("token-1");
    await world.until(() => existsSync(at("began")), 1000);
    await part?.stop();
  });
});

describe("failures", () => {
  it("are tried again: twelve times, doubling up to a minute", async () => {
    secrets["secret/data/app"] = undefined;
    await run([template(at("a"), USER)], exits);
    expect(server.count("secret/data/app")).toBe(13);
    const waits = world.lines.flatMap(({ fields }) => fields["retry_after_ms"] ?? []);
    expect(waits).toEqual([250, 500, 1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000, 60_000]);
    expect(String(end)).toContain("template server: vault.read(secret/app): no secret exists at secret/data/app");
  });

  it("are waited for where nothing else is configured", async () => {
    secrets["secret/data/app"] = undefined;
    start([template(at("a"), USER), template(at("b"), "plain")], { vault: { address: "", tls: {}, retries: 1 } });
    tokens.give("token-1");
    await world.pass(600_000);
    expect([end, isReady, text("a"), text("b")]).toEqual([undefined, false, undefined, "plain"]);
    secrets["secret/data/app"] = version({ user: "ann", pass: "late" });
    await world.until(() => isReady, 400_000);
    expect(text("a")).toBe("ann:late");
  });

  it("of a server that went away are over when it comes back", async () => {
    await run([template(at("a"), USER)]);
    const up = secrets["secret/data/app"];
    secrets["secret/data/app"] = () => refuse(503, "sealed");
    await world.pass(3_600_000);
    expect(text("a")).toBe("ann:one");
    secrets["secret/data/app"] = up && version({ user: "ann", pass: "back" });
    await world.until(() => text("a") === "ann:back", 400_000);
  });

  it("of a secret that was deleted leave the file as it was until it is back", async () => {
    await run([template(at("a"), USER)]);
    secrets["secret/data/app"] = undefined;
    await world.pass(1_000_000);
    expect(text("a")).toBe("ann:one");
    secrets["secret/data/app"] = version({ user: "ann", pass: "three" });
    await world.until(() => text("a") === "ann:three", 400_000);
  });

  it("of one template do not hold up another", async () => {
    secrets["other/creds"] = (_, count) =>
      answer({ user: `user-${count}` }, { lease_id: `l${count}`, lease_duration: 10_000 });
    start([
      template(at("a"), secret("secret/none", "x")),
      template(at("b"), USER),
      template(at("c"), secret("other/creds", "{{ .Data.user }}")),
    ]);
    tokens.give("token-1");
    await world.pass(3_000_000);
    secrets["secret/data/app"] = version({ user: "ann", pass: "two" });
    await world.pass(400_000);
    expect(text("b")).toBe("ann:two");
    // What is under a lease is not asked for again because something else failed.
    expect([text("c"), server.count("other/creds")]).toEqual(["user-1", 1]);
  });

  it("of a template are over when its data is mended, before the interval", async () => {
    start([template(at("a"), secret("secret/app", "{{ .Data.data.none }}"), { errorOnMissingKey: true })]);
    tokens.give("token-1");
    await world.pass(100);
    expect(world.log()).toContain("template server error");
    secrets["secret/data/app"] = version({ none: "there" });
    await world.until(() => isReady, 60_000);
    expect(text("a")).toBe("there");
  });

  it("that are not fatal are logged", async () => {
    start([template(at("a"), '{{ mustEnv "NONE" }}', { errorFatal: false }), template(at("b"), "x")], exits);
    tokens.give("token-1");
    await world.pass(1000);
    expect([end, text("b")]).toEqual([undefined, "x"]);
    expect(world.log()).toContain("NONE");
  });

  it("of the disk are over when there is room, or a folder, again", async () => {
    const there = join(folder, "there");
    await run([template(join(there, "a"), USER)]);
    rmSync(there, { recursive: true });
    writeFileSync(there, "a file in the folder's place");
    secrets["secret/data/app"] = version({ user: "ann", pass: "two" });
    await world.until(() => world.log().includes("error rendering"), 400_000);
    rmSync(there);
    await world.until(() => text("there/a") === "ann:two", 400_000);
  });

  it("of a source are told before anything else", () => {
    const { contents: _, ...rest } = template(at("a"), "");
    expect(() => start([{ ...rest, source: at("none.ctmpl") }])).toThrow(
      `failed to read template: open ${at("none.ctmpl")}: no such file or directory`,
    );
  });
});

describe("V67: the log", () => {
  const CANARY = "canary-7f3a91";
  it.each<[string, string]>([
    ["an error of a function that quotes its argument", secret("secret/app", "{{ parseInt .Data.data.user }}")],
    ["a member of a secret that is not a map", secret("secret/app", "{{ .Data.data.user.none }}")],
    ["a secret as the name of a template", secret("secret/app", "{{ template .Data.data.user }}")],
    ["a secret as an index", secret("secret/app", "{{ index .Data.data.list .Data.data.user }}")],
    ["a path made of a secret", secret("secret/app", `{{ secret (printf "secret/%s" .Data.data.user) }}`)],
    ["a file named by a secret", secret("secret/app", "{{ file .Data.data.user }}")],
    [
      "a write of a secret that is refused",
      secret("secret/app", `{{ secret "other/refused" (printf "a=%s" .Data.data.user) }}`),
    ],
    [
      "a file to be written where a secret says",
      secret("secret/app", `{{ "x" | writeToFile .Data.data.path "" "" "0600" }}`),
    ],
  ])("holds no secret: %s", async (_, contents) => {
    secrets["secret/data/app"] = version({ user: CANARY, list: ["a"], path: `/${CANARY}/../x` });
    secrets["other/refused"] = ({ body }) => refuse(400, `bad input ${JSON.stringify(body)}`);
    await run([template(at("a"), contents, { command: command("exit 1") })], {
      ...exits,
      vault: { address: "", tls: {}, retries: 2 },
    });
    expect(String(end)).toContain("template server:");
    expect(`${world.log()}${String(end)}`).not.toContain(CANARY);
  });

  it("holds no rendered text when all goes well, or a command fails", async () => {
    secrets["secret/data/app"] = version({ user: CANARY, pass: CANARY });
    await run([template(at("a"), USER, { command: command("exit 1") })], exits);
    expect(text("a")).toContain(CANARY);
    expect(`${world.log()}${String(end)}`).not.toContain(CANARY);
  });
});
