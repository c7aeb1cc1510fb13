import { copyFile, mkdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CreateActivationCommand, DeregisterManagedInstanceCommand } from "@aws-sdk/client-ssm";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { HybridMachine } from "../../src/local/aws/index.ts";
import { awsCommand, vaultCommand } from "./support/commands.ts";
import { registerAgent, writeCredentials } from "./support/ssm-agent.ts";
import { openStage, type Player, type Stage } from "./support/stage.ts";
import { until } from "./support/until.ts";
import { somebodyWith } from "./support/vault.ts";
import { createWorld, type Run, type World } from "./support/world.ts";

/**
 * A server in any data centre: from nothing to a rendered file by the very commands of `docs/agent/hybrid-nodes.md`, then
 * what its life brings: credentials that rotate, and the end of its registration.
 */

const project = fileURLToPath(new URL("../..", import.meta.url));
const PASSWORD = "s3cr3t-of-the-database";
const EXAMPLES = { account: /123456789012/g, region: /eu-west-1/g, address: /https:\/\/zeroth\.example\.com/g };

describe("a hybrid node", () => {
  let world: World;
  let stage: Stage;
  let root: string;
  let operatorFolder: string;
  let machine: HybridMachine;
  let agent: Run | undefined;
  let activation: Readonly<Record<string, string>> = {};

  const credentials = (): string => join(root, "root/.aws/credentials");
  /** Paths of the machine are below a folder of the test; the examples of the page are what the test runs with. */
  const adapted = (text: string): string =>
    text
      .replace(/(?<![\w:/.])\/(?=(?:etc|root|run|usr)\b)/g, `${root}/`)
      .replace(EXAMPLES.account, world.account.id)
      .replace(EXAMPLES.region, "us-east-1")
      .replace(EXAMPLES.address, world.server.url);

  const registers: Player = async ({ args }) => {
    const [register, , id = "", , code = "", , region = ""] = args;
    if (register !== "-register") throw new Error(`unknown flag ${register}`);
    machine = await registerAgent(world.server.awsUrl, { id, code, region });
    return `registered the instance with AWS using Managed instance-id: ${machine.instanceId}\n`;
  };
  const systemctl: Player = async ({ args }) => {
    switch (args.join(" ")) {
      case "daemon-reload":
        return "";
      case "restart amazon-ssm-agent": {
        const settings = JSON.parse(await readFile(join(root, "etc/amazon/ssm/amazon-ssm-agent.json"), "utf8"));
        if (settings.Profile.ShareCreds) await writeCredentials(machine, credentials());
        return "";
      }
      case "enable --now zeroth-agent": {
        const unit = adapted(await readFile(join(root, "etc/systemd/system/zeroth-agent.service"), "utf8"));
        const [, command = ""] = /^ExecStart=(.*)$/m.exec(unit) ?? [];
        const [, home = ""] = /^Environment=HOME=(.*)$/m.exec(unit) ?? [];
        await mkdir(join(root, "run/zeroth"), { recursive: true, mode: 0o750 });
        agent = world.run(command.split(" "), { HOME: home, AWS_EC2_METADATA_DISABLED: "true" });
        // The page's next command comes by hand, some seconds later.
        await until("the first file", () => stat(join(root, "run/zeroth/app.env")), 8).catch(() => {
          throw new Error(agent?.output());
        });
        return "";
      }
      default:
        throw new Error(`unknown command ${args.join(" ")}`);
    }
  };

  beforeAll(async () => {
    world = await createWorld();
    root = join(world.folder, "machine");
    operatorFolder = join(world.folder, "operator");
    for (const folder of ["etc/amazon/ssm", "etc/systemd/system", "root", "usr/local/bin"]) {
      await mkdir(join(root, folder), { recursive: true });
    }
    await mkdir(operatorFolder);
    await copyFile(world.file, join(root, "zeroth"));
    await copyFile(`${project}/scripts/agent/zeroth-agent.service`, join(root, "zeroth-agent.service"));
    await world.operator("POST", "sys/mounts/secret", { type: "kv", options: { version: "2" } }).catch(() => undefined);
    await world.operator("POST", "secret/data/app", { data: { password: PASSWORD } });
    stage = await openStage(world, {
      aws: async (invocation) => {
        const output = await awsCommand(world)(invocation);
        if (invocation.args[1] === "create-activation") {
          const { ActivationId, ActivationCode } = JSON.parse(output);
          activation = { ACTIVATION_ID: ActivationId, ACTIVATION_CODE: ActivationCode };
        }
        return output;
      },
      vault: vaultCommand(world.operator),
      "amazon-ssm-agent": registers,
      systemctl,
    });
  });
  afterAll(async () => {
    await stage.close();
    await world.close();
  });

  it("goes from an activation to a rendered file by the commands of the page", async () => {
    const page = await readFile(`${project}/docs/agent/hybrid-nodes.md`, "utf8");
    const steps = [...page.matchAll(/^## \d\. (.*)\n([\s\S]*?)(?=^## )/gm)].map(([, title = "", text = ""]) => ({
      onMachine: title.startsWith("On the machine"),
      script: [...text.matchAll(/^```bash\n([\s\S]*?)^```$/gm)].map(([, body = ""]) => body).join(""),
    }));
    const outputs: string[] = [];
    for (const { onMachine, script } of steps) {
      outputs.push(await stage.play(adapted(script), onMachine ? root : operatorFolder, activation));
    }

    expect(steps.map(({ onMachine }) => onMachine)).toEqual([false, false, false, true, true]);
    expect(outputs[3]).toMatch(/\n1\n$/);
    expect(outputs[4]).toMatch(new RegExp(`DB_PASSWORD=${PASSWORD}\n$`));
    expect((await stat(join(root, "run/zeroth/token"))).mode & 0o777).toBe(0o640);
    expect((await stat(join(root, "run/zeroth/app.env"))).mode & 0o777).toBe(0o640);
  });

  it("is an entity of its own, and may do what its role says", async () => {
    const token = await readFile(join(root, "run/zeroth/token"), "utf8");
    const { data } = await somebodyWith(world.server, token)("GET", "auth/token/lookup-self");

    expect(data).toMatchObject({
      policies: ["app", "default"],
      display_name: `aws-AppHybridRole/${machine.instanceId}`,
    });
    expect(data?.["meta"]).toMatchObject({ inferred_entity_id: machine.instanceId });
  });

  it("ends when it is told to, and leaves the token alive", async () => {
    const token = await readFile(join(root, "run/zeroth/token"), "utf8");
    agent?.child.kill("SIGTERM");

    expect(await agent?.ended).toBe(0);
    await somebodyWith(world.server, token)("GET", "auth/token/lookup-self");
  });

  it("logs in again with credentials that were rotated", async () => {
    const token = join(world.folder, "rotating.token");
    await world.agent(
      "rotating",
      `vault { address = "${world.server.url}" }
       auto_auth {
         enable_reauth_on_new_credentials = true
         method "aws" {
           config = { type = "iam", role = "onprem-app", region = "us-east-1", credential_poll_interval = 1 }
         }
         sink "file" { config = { path = "${token}" } }
       }`,
      ["-log-level=trace"],
      { HOME: join(root, "root") },
    );
    const first = await until("a token", async () => (await readFile(token, "utf8")) || undefined);

    await writeCredentials(machine, credentials());
    const second = await until("another token", async () => {
      const now = await readFile(token, "utf8");
      return now === first ? undefined : now;
    });
    expect((await somebodyWith(world.server, second)("GET", "auth/token/lookup-self")).data?.["meta"]).toMatchObject({
      inferred_entity_id: machine.instanceId,
    });
  });

  it("gets nothing more once it is deregistered", async () => {
    const { ssm } = world.account;
    const made = await ssm.send(
      new CreateActivationCommand({ IamRole: "AppHybridRole", Tags: [{ Key: "env", Value: "prod" }] }),
    );
    const activated = { id: made.ActivationId ?? "", code: made.ActivationCode ?? "", region: "us-east-1" };
    const other = await registerAgent(world.server.awsUrl, activated);
    const home = join(world.folder, "other");
    await writeCredentials(other, join(home, ".aws/credentials"));
    await ssm.send(new DeregisterManagedInstanceCommand({ InstanceId: other.instanceId }));
    const run = await world.agent(
      "deregistered",
      `vault { address = "${world.server.url}" }
       auto_auth {
         method "aws" {
           exit_on_err = true
           config = { type = "iam", role = "onprem-app", region = "us-east-1" }
         }
         sink "file" { config = { path = "${home}/token" } }
       }`,
      [],
      { HOME: home },
    );

    expect(await run.ended).toBe(1);
    expect(run.output()).toContain("not registered in region(s)");
    await expect(stat(join(home, "token"))).rejects.toThrow("ENOENT");
  });

  it("prints no secret, token or key at any level", async () => {
    const keys = await readFile(credentials(), "utf8");
    const [, secretKey = "", sessionToken = ""] = keys
      .split("\n")
      .slice(1)
      .map((line) => line.split(" = ")[1] ?? "");
    const output = world.allOutput().replace(`DB_PASSWORD=${PASSWORD}`, "");

    expect(secretKey.length).toBeGreaterThan(20);
    expect(sessionToken.length).toBeGreaterThan(20);
    for (const secret of [PASSWORD, secretKey, sessionToken, "hvs."]) expect(output).not.toContain(secret);
  });
});
