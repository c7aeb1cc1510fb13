import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "@jest/globals";
import { parseAllDocuments } from "yaml";
import { z } from "zod";
import { readConfig } from "../../src/agent/config/index.ts";
import type { AgentConfig } from "../../src/agent/config/model.ts";
import { parseHcl } from "../../src/hcl/hcl.ts";
import { readJson } from "../../src/std/json.ts";
import { repository } from "./support/repository.ts";

/** What the pages about the agent give people to copy can be read by whom it is for. */

const folder = mkdtempSync(join(tmpdir(), "zeroth-agent-docs-"));
afterAll(() => rmSync(folder, { recursive: true }));

interface Block {
  readonly page: string;
  readonly line: number;
  readonly language: string;
  readonly text: string;
}

const pages = readdirSync(`${repository}/docs/agent`).filter((file) => file.endsWith(".md"));

const blocks = pages.flatMap((page): Block[] => {
  const text = readFileSync(`${repository}/docs/agent/${page}`, "utf8");
  return [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(({ 1: language = "", 2: body = "", index }) => ({
    page,
    line: text.slice(0, index).split("\n").length,
    language,
    text: body,
  }));
});
const of = (language: string, page?: string): readonly Block[] =>
  blocks.filter((block) => block.language === language && (page === undefined || block.page === page));

/** A whole configuration says where the server is; other blocks show a part of one, and may leave something out. */
const isWhole = ({ text }: Block): boolean => /^vault \{/m.test(text);
const isComplete = ({ text }: Block): boolean => !text.includes("...");

/** Configurations of the agent, wherever they are: blocks of their own, in a ConfigMap, in a command that writes one. */
const configurations = (): readonly Block[] => [
  ...of("hcl").filter(isWhole),
  ...of("yaml").flatMap((block) =>
    parseAllDocuments(block.text).flatMap((document) => {
      const found = z.looseObject({ data: z.record(z.string(), z.string()) }).safeParse(document.toJS());
      return found.success ? Object.values(found.data.data).map((text) => ({ ...block, text })) : [];
    }),
  ),
  ...of("bash").flatMap((block) =>
    [...block.text.matchAll(/agent\.hcl > \/dev\/null <<'EOF'\n([\s\S]*?)^EOF$/gm)].map(([, text = ""]) => ({
      ...block,
      text,
    })),
  ),
];

const read = (text: string): { readonly config: AgentConfig; readonly warnings: readonly string[] } => {
  const file = join(folder, "agent.hcl");
  writeFileSync(file, text);
  return readConfig([file], {}, {});
};

/** Where a configuration writes. */
const destinations = ({ autoAuth, templates }: AgentConfig): readonly string[] => [
  ...(autoAuth?.sinks ?? []).flatMap(({ config }) => {
    const path = config.get("path");
    return path?.kind === "string" ? [path.value] : [];
  }),
  ...templates.map(({ destination }) => destination),
];

const where = ({ page, line }: Block): string => `${page}:${line}`;

describe("the agent's pages", () => {
  it("are read", () => expect(configurations().length).toBeGreaterThanOrEqual(5));

  it.each(configurations().map((block) => [where(block), block] as const))("%s is a configuration", (_, { text }) => {
    const { config, warnings } = read(text);

    expect(warnings).toEqual([]);
    expect(destinations(config).length).toBeGreaterThan(0);
  });

  it.each(
    of("hcl")
      .filter(isComplete)
      .map((block) => [where(block), block] as const),
  )("%s is HCL", (_, { text }) => {
    expect(parseHcl(text).items.length).toBeGreaterThan(0);
  });

  it.each(of("json").map((block) => [where(block), block] as const))(
    "%s is JSON, in all or in each line",
    (_, { text }) => {
      const isJson = (part: string): boolean => readJson(part) !== undefined;

      expect(isJson(text) || text.trimEnd().split("\n").every(isJson)).toBe(true);
    },
  );

  it("name no file that does not exist", () => {
    const named = pages.flatMap((page) => {
      const text = readFileSync(`${repository}/docs/agent/${page}`, "utf8");
      return [...text.matchAll(/(?<![\w/])(?:scripts|test|lib|bin|src)\/[\w/.-]+\.(?:ts|md|sh|service|cjs)/g)].map(
        ([name]) => name,
      );
    });

    expect(named.length).toBeGreaterThanOrEqual(5);
    expect(named.filter((name) => !blocksHave(name))).toEqual([]);
  });
});

const blocksHave = (name: string): boolean => {
  try {
    readFileSync(join(repository, name));
    return true;
  } catch {
    return false;
  }
};

const mount = z.looseObject({ name: z.string(), mountPath: z.string(), readOnly: z.boolean().optional() });
const container = z.looseObject({
  name: z.string(),
  args: z.array(z.string()).optional(),
  volumeMounts: z.array(mount),
});
const pod = z.looseObject({
  kind: z.literal("Pod"),
  spec: z.looseObject({
    volumes: z.array(z.looseObject({ name: z.string() })),
    initContainers: z.array(container),
    containers: z.array(container),
  }),
});

describe("the pod", () => {
  const [block] = of("yaml", "kubernetes.md");
  const documents = parseAllDocuments(block?.text ?? "");
  const found = pod.parse(documents.at(-1)?.toJS());
  const configuration = z.looseObject({ data: z.looseObject({ "agent.hcl": z.string() }) }).parse(documents[1]?.toJS())
    .data["agent.hcl"];

  it("is one of several documents without errors", () => {
    expect(documents.flatMap(({ errors }) => errors)).toEqual([]);
    expect(documents.map((document) => z.looseObject({ kind: z.string() }).parse(document.toJS()).kind)).toEqual([
      "ServiceAccount",
      "ConfigMap",
      "Pod",
    ]);
  });

  it("mounts what it declares, and its agent writes where it may", () => {
    const { volumes, initContainers, containers } = found.spec;
    const declared = volumes.map(({ name }) => name);

    for (const { volumeMounts } of [...initContainers, ...containers]) {
      expect(declared).toEqual(expect.arrayContaining(volumeMounts.map(({ name }) => name)));
    }
    const writable = initContainers[0]?.volumeMounts
      .filter(({ readOnly }) => !readOnly)
      .map(({ mountPath }) => mountPath);
    for (const path of destinations(read(configuration).config)) {
      expect(writable?.some((folder) => path.startsWith(`${folder}/`))).toBe(true);
    }
  });

  it("starts the application after an agent that ends, and next to one that stays", () => {
    const [first, second] = found.spec.initContainers;

    expect(first?.args).toContain("-exit-after-auth");
    expect(second?.args).not.toContain("-exit-after-auth");
    expect(second?.["restartPolicy"]).toBe("Always");
  });
});

const definition = z.looseObject({
  volumes: z.array(z.looseObject({ name: z.string() })),
  containerDefinitions: z.array(
    z.looseObject({
      name: z.string(),
      command: z.array(z.string()).optional(),
      dependsOn: z.array(z.object({ containerName: z.string(), condition: z.string() })).optional(),
      mountPoints: z.array(z.looseObject({ sourceVolume: z.string(), containerPath: z.string() })),
    }),
  ),
});

describe("the task definition", () => {
  const [task, fargate] = of("json", "ecs.md").map(({ text }) => JSON.parse(text));
  const { volumes, containerDefinitions } = definition.parse(task);

  it("mounts what it declares, and its agent writes there", () => {
    const declared = volumes.map(({ name }) => name);
    const points = containerDefinitions.flatMap(({ mountPoints }) => mountPoints);

    expect(points.every(({ sourceVolume }) => declared.includes(sourceVolume))).toBe(true);
    for (const path of destinations(read(of("hcl", "ecs.md")[0]?.text ?? "").config)) {
      expect(points.every(({ containerPath }) => path.startsWith(`${containerPath}/`))).toBe(true);
    }
    expect(fargate).toMatchObject({ volumes: [{ name: declared[0] }] });
  });

  it("starts the application after an agent that ends with success", () => {
    const [first, , application] = containerDefinitions;

    expect(first?.command).toContain("-exit-after-auth");
    expect(application?.dependsOn).toEqual([{ containerName: first?.name, condition: "SUCCESS" }]);
  });
});

describe("the units", () => {
  const units = readdirSync(`${repository}/scripts/agent`).filter((file) => file.endsWith(".service"));

  it("are both there", () => expect(units).toEqual(["app.service", "zeroth-agent.service"]));

  it.each(units)("%s is what systemd takes, where it is installed", (unit) => {
    const text = readFileSync(`${repository}/scripts/agent/${unit}`, "utf8");
    // The programs it names are on the machine that it is copied to.
    const here = join(folder, unit);
    writeFileSync(here, text.replace(/(?<==)\/usr\/local\/\S+/g, "/bin/sh"));
    try {
      execFileSync("systemd-analyze", ["verify", here], { encoding: "utf8", stdio: "pipe" });
    } catch (error) {
      const { code, stderr } = z
        .looseObject({ code: z.string().optional(), stderr: z.string().optional() })
        .parse(error);
      if (code !== "ENOENT") throw new Error(`systemd refuses ${unit}: ${stderr}`);
    }
  });
});
