import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { IAMClient } from "@aws-sdk/client-iam";
import { SSMClient } from "@aws-sdk/client-ssm";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import type { Page } from "playwright-core";
import type { HybridMachine } from "../../src/local/aws/index.ts";
import { awsCommand } from "../stories/support/commands.ts";
import { startRun } from "../stories/support/run.ts";
import { registerAgent, writeCredentials } from "../stories/support/ssm-agent.ts";
import { openStage, type Player, type Stage } from "../stories/support/stage.ts";
import { axeEverywhere } from "./support/axe.ts";
import { describeUi } from "./support/suite.ts";

const CLI = fileURLToPath(new URL("../../bin/zeroth.mjs", import.meta.url));

describeUi(
  "onboarding",
  (ui) => {
    let folder: string;
    let stage: Stage;
    let machine: HybridMachine;
    let activation: Readonly<Record<string, string>> = {};
    const home = () => join(folder, "root");

    /** The command line of Vault, whose `login` takes the same words as this project's. */
    const vault: Player = async ({ args, folder: at, environment }) => {
      const run = startRun(at, [process.execPath, CLI, ...args], {
        ...environment,
        AWS_EC2_METADATA_DISABLED: "true",
      });
      const code = await run.ended;
      if (code !== 0) throw new Error(run.output());
      return run.output();
    };
    const agent: Player = async ({ args }) => {
      const [register, , id = "", , code = "", , region = ""] = args;
      if (register !== "-register") throw new Error(`unknown flag ${register}`);
      machine = await registerAgent(ui.world.local.awsUrl ?? "", { id, code, region });
      return "";
    };

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), "zeroth-onboard-"));
      for (const name of ["etc/amazon/ssm", "root"]) await mkdir(join(folder, name), { recursive: true });
      const [account] = ui.world.local.embedded?.accounts ?? [];
      if (!account) throw new Error("no account");
      const { accessKeyId, secretAccessKey } = account;
      const given = {
        region: "us-east-1",
        endpoint: ui.world.local.awsUrl ?? "",
        credentials: { accessKeyId, secretAccessKey },
      };
      const aws = awsCommand({ account: { iam: new IAMClient(given), ssm: new SSMClient(given) } });
      stage = await openStage(
        { folder, run: (command, environment) => startRun(folder, command, environment) },
        {
          aws: async (invocation) => {
            // The Region is the client's.
            const args = invocation.args.flatMap((word, at, all) =>
              word === "--region" || all[at - 1] === "--region" ? [] : [word],
            );
            const output = await aws({ ...invocation, args });
            if (args[1] === "create-activation") {
              const { ActivationId, ActivationCode } = JSON.parse(output);
              activation = { ACTIVATION_ID: ActivationId, ACTIVATION_CODE: ActivationCode };
            }
            return output;
          },
          "amazon-ssm-agent": agent,
          systemctl: async () => {
            await writeCredentials(machine, join(home(), ".aws/credentials"));
            return "";
          },
          vault,
        },
      );
    });
    afterAll(async () => {
      await stage?.close();
      await rm(folder, { recursive: true, force: true });
    });

    /** Fills the names; answers the text of a step's commands. */
    const fill = async (page: Page, names: Readonly<Record<string, string>>): Promise<void> => {
      for (const [label, value] of Object.entries(names)) await page.getByLabel(label, { exact: true }).fill(value);
    };
    const shown = async (page: Page, label: string): Promise<string> =>
      (await page.locator(`figure[aria-label="${label}"] code`).textContent()) ?? "";

    it("59. the onboarding commands end with a login, against the doubles", async () => {
      await ui.world.policy("onprem", 'path "secret/data/app" { capabilities = ["read"] }');
      const { page } = await ui.signedIn({ token: ui.world.root }, "/ui/onboard");
      await page.getByRole("button", { name: "Enable it at aws/" }).click();
      await fill(page, {
        "AWS account": ui.world.local.embedded?.accounts[0]?.accountId ?? "",
        Region: "us-east-1",
        "Name of the server": "rack-7",
        Tag: "env=prod",
        "Role here": "onprem-db",
        Policies: "onprem",
      });
      /** The machine's folders are below a folder of the test. */
      const play = async (label: string): Promise<string> => {
        const script = (await shown(page, label)).replace(/(?<![\w:/.])\/(?=(?:etc|root)\b)/g, `${folder}/`);
        return stage.play(script, folder, { ...activation, ROOT_HOME: home() });
      };

      await play("commands of step 1");
      await play("command of step 2");
      expect(await play("commands of step 3")).toMatch(/1\n$/);
      await page.getByRole("button", { name: "Tell servers apart" }).click();
      await page.getByText("Each server is a machine of its own now.").first().waitFor();
      await page.getByRole("button", { name: "Save the role" }).click();
      await page.getByText("Saved the role onprem-db.").first().waitFor();
      const output = await play("commands of step 5");

      expect(output).toContain("Success! You are now authenticated.");
      expect(output).toMatch(/token_policies\s+\["default" "onprem"\]/);
      expect(output).toContain(machine.instanceId);
      const role = await ui.world.call("GET", "auth/aws/role/onprem-db");
      expect(role.data).toMatchObject({
        inferred_entity_type: "ssm_managed_instance",
        bound_resource_tag: ["env=prod"],
        token_ttl: 1800,
        token_max_ttl: 43200,
      });
      expect(await axeEverywhere(page)).toEqual([]);
    });

    it("asks before it replaces a role, and binds it to one enrolment where that is given", async () => {
      const { page } = await ui.signedIn({ token: ui.world.root }, "/ui/onboard");
      await fill(page, {
        "AWS account": "111122223333",
        Region: "eu-west-1",
        "Name of the server": "it's rack 8",
        "Role here": "onprem-db",
        Policies: "onprem, other",
        "Activation id": activation["ACTIVATION_ID"] ?? "",
      });
      await page.getByRole("button", { name: "Save the role" }).click();
      await page.getByText("There is a role onprem-db already.", { exact: false }).waitFor();
      expect((await ui.world.call("GET", "auth/aws/role/onprem-db")).data["bound_activation_id"]).toEqual([]);
      await page.getByRole("button", { name: "Save over it" }).click();
      await page.getByText("Saved the role onprem-db.").first().waitFor();

      expect(await shown(page, "command of step 2")).toContain(`--default-instance-name 'it'\\''s rack 8'`);
      expect((await ui.world.call("GET", "auth/aws/role/onprem-db")).data).toMatchObject({
        bound_activation_id: [activation["ACTIVATION_ID"]],
        token_policies: ["onprem", "other"],
      });
    });

    it("shows no step before its names are there, says what is wrong, and never asks for the code", async () => {
      const { page } = await ui.signedIn({ token: ui.world.root }, "/ui/onboard");
      await fill(page, { "AWS account": "1234", Region: "Ireland" });
      await page.getByText("An account is twelve digits.").waitFor();
      // Whoever is still typing is not told that it is wrong.
      expect(await page.getByText("A Region looks like eu-west-1.").count()).toBe(0);
      await fill(page, { Policies: "root" });
      await page.keyboard.press("Tab");

      for (const text of [
        "An account is twelve digits.",
        "A Region looks like eu-west-1.",
        "root is not given to servers.",
        "The steps appear here once account",
      ])
        await page.getByText(text, { exact: false }).first().waitFor();
      expect(await page.locator("figure.code").count()).toBe(0);
      expect(await page.getByLabel(/code/i).count()).toBe(0);
      expect(await axeEverywhere(page)).toEqual([]);
    });

    it("keeps what was typed when the page is left, takes blanks, and says which policies are not there", async () => {
      await ui.world.policy("onprem", 'path "secret/data/app" { capabilities = ["read"] }');
      const { page } = await ui.signedIn({ token: ui.world.root }, "/ui/onboard");
      await page.getByLabel("Name of the server", { exact: true }).pressSequentially("rack 7, left");
      await fill(page, { Policies: "onprem, onprm" });
      await page.keyboard.press("Tab");
      await page.getByText("No policy has the name onprm yet.", { exact: false }).waitFor();
      await page.getByRole("link", { name: "Policies", exact: true }).click();
      await page.getByRole("link", { name: "onprem", exact: true }).waitFor();
      await page.getByRole("link", { name: "Onboarding", exact: true }).click();

      expect(await page.getByLabel("Name of the server", { exact: true }).inputValue()).toBe("rack 7, left");
      expect(await page.getByLabel("Policies", { exact: true }).inputValue()).toBe("onprem, onprm");
    });
  },
  { aws: true },
);
