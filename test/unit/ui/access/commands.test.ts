import { execFileSync } from "node:child_process";
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { shellWord } from "../../../../ui/client/shell-word.ts";
import { loginCommands } from "../../../../ui/pages/access/commands.ts";

/** What a shell makes of the words, one a line, each ended by a NUL so that line ends in them are seen. */
const words = (line: string): string[] =>
  execFileSync("sh", ["-c", `printf '%s\\0' ${line}`], { encoding: "utf8" })
    .split("\0")
    .slice(0, -1);

const text = fc
  .string({
    unit: fc.constantFrom("a", "'", '"', "$", "`", "\\", " ", "\n", ";", "&", "(", "#", "!", "*", "~", "é", "-", "@"),
  })
  .filter((one) => one !== "");

describe("a word for the shell", () => {
  it("arrives as it was, whatever it holds", () => {
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 20 }), (given) => {
        expect(words(given.map(shellWord).join(" "))).toEqual(given);
      }),
      { numRuns: 30 },
    );
  });
});

describe("the commands of an application", () => {
  const login = {
    origin: "https://vault.example.com",
    mount: "approle/",
    roleId: "9638a223",
    wrappingToken: "hvs.wrapping",
    remark: "once, within 10 min",
  };

  it("fetch the secret id once and log in with it", () => {
    expect(loginCommands(login).split("\n")).toEqual([
      "export VAULT_ADDR=https://vault.example.com",
      "SECRET_ID=$(VAULT_TOKEN=hvs.wrapping vault unwrap -field=secret_id)  # once, within 10 min",
      'vault write auth/approle/login role_id=9638a223 secret_id="$SECRET_ID"',
    ]);
  });

  it("need no secret id where the role needs none", () => {
    expect(loginCommands({ ...login, wrappingToken: undefined })).not.toContain("secret_id");
  });

  it("say the role id as it is: quoted, and never the name of a file", () => {
    const command = (roleId: string): string => loginCommands({ ...login, roleId }).split("\n")[2] ?? "";

    expect(command("it's; rm -rf /")).toContain(`'role_id=it'\\''s; rm -rf /'`);
    expect(command("@/etc/passwd")).toContain("role_id=\\@/etc/passwd");
  });

  it("quote a mount with a blank", () => {
    expect(loginCommands({ ...login, mount: "my apps/" })).toContain("'auth/my apps/login'");
  });
});
