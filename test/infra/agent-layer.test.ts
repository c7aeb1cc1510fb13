import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { Match, Template } from "aws-cdk-lib/assertions";
import { Architecture, Code, Function as LambdaFunction, Runtime } from "aws-cdk-lib/aws-lambda";
import { App, Stack } from "aws-cdk-lib/core";
import { ZerothAgentLayer } from "../../lib/agent-layer.ts";
import { writeLayer } from "../../scripts/build/layer.ts";

/** The first bytes of an executable for a machine; the rest does not matter here. */
const elf = (machine: number): Buffer => {
  const head = Buffer.alloc(64);
  head.write("\x7fELF", "latin1");
  head.writeUInt16LE(machine, 18);
  return head;
};

describe("the agent's layer", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "zeroth-layer-"));
    const [file, executable] = [join(folder, "agent.cjs"), join(folder, "agent")];
    await writeFile(file, "");
    await writeFile(executable, elf(0xb7));
    await writeFile(join(folder, "other"), "#!/bin/sh\necho a script\n");
    await writeLayer(join(folder, "layer"), { file });
    await writeLayer(join(folder, "layer-executable"), { executable });
    await writeLayer(join(folder, "layer-script"), { executable: join(folder, "other") });
    await mkdir(join(folder, "empty"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const makeStack = (name: string, runtime: Runtime, architecture = Architecture.ARM_64) => {
    const stack = new Stack(new App({ builtinCloudFormationValidation: false }), "Mine");
    const layer = new ZerothAgentLayer(stack, "Layer", { folder: join(folder, name) });
    const code = runtime.supportsInlineCode ? Code.fromInline("x") : Code.fromAsset(folder);
    const lambda = new LambdaFunction(stack, "Orders", { runtime, architecture, handler: "index.handler", code });
    return { stack, layer, lambda };
  };

  it("gives a function the extension and its variables", () => {
    const { stack, layer, lambda } = makeStack("layer", Runtime.NODEJS_24_X);
    layer.attachTo(lambda, {
      address: "https://zeroth.example.com",
      role: "orders",
      files: { "/tmp/app.json": "secret/data/orders" },
      environment: { VAULT_IAM_SERVER_ID: "zeroth.example.com" },
    });

    const template = Template.fromStack(stack);
    template.hasResourceProperties("AWS::Lambda::LayerVersion", {
      CompatibleArchitectures: ["x86_64", "arm64"],
      CompatibleRuntimes: ["nodejs20.x", "nodejs22.x", "nodejs24.x"],
    });
    template.hasResourceProperties("AWS::Lambda::Function", {
      Layers: [{ Ref: Match.stringLikeRegexp("^Layer") }],
      Environment: {
        Variables: {
          VLE_VAULT_ADDR: "https://zeroth.example.com",
          VAULT_AUTH_ROLE: "orders",
          VAULT_SECRET_PATH_1: "secret/data/orders",
          VAULT_SECRET_FILE_1: "/tmp/app.json",
          VAULT_IAM_SERVER_ID: "zeroth.example.com",
        },
      },
    });
  });

  it("with an executable is for every runtime of its architecture", () => {
    const { stack, layer, lambda } = makeStack("layer-executable", Runtime.PYTHON_3_13);
    layer.attachTo(lambda, { address: "https://zeroth.example.com", role: "orders" });

    const layers = Object.values(Template.fromStack(stack).findResources("AWS::Lambda::LayerVersion"));
    expect(layers).toHaveLength(1);
    expect(layers[0]?.["Properties"]).toMatchObject({ CompatibleArchitectures: ["arm64"] });
    expect(layers[0]?.["Properties"]).not.toHaveProperty("CompatibleRuntimes");
  });

  it.each([
    ["layer", Runtime.PYTHON_3_13, Architecture.ARM_64, "Mine/Orders runs python3.13, without Node"],
    ["layer-executable", Runtime.PYTHON_3_13, Architecture.X86_64, "Mine/Orders runs on x86_64"],
    ["layer-script", Runtime.PYTHON_3_13, Architecture.X86_64, "is not an executable of Linux on x86_64 or arm64"],
    ["empty", Runtime.PYTHON_3_13, Architecture.X86_64, "holds no extension: run npm run build:agent first"],
  ])("is not given to a function that cannot start it: %s", (name, runtime, architecture, message) => {
    expect(() => {
      const { layer, lambda } = makeStack(name, runtime, architecture);
      layer.attachTo(lambda, { address: "https://zeroth.example.com", role: "orders" });
    }).toThrow(message);
  });
});
