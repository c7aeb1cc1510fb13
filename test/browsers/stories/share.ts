import { strict as assert } from "node:assert";
import { readText } from "../support/in-page.ts";
import type { Story } from "../support/suite.ts";

/** Giving a secret away by a link that opens once. */

const RULES = `
  path "secret/data/give/*" { capabilities = ["read"] }
  path "secret/subkeys/give/*" { capabilities = ["read"] }`;

const once: Story = [
  "a link with a code opens once, in another browser; the fragment is gone from the address",
  async ({ world, signedIn, person }) => {
    await world.policy("giver", RULES);
    const value = world.canary("given");
    await world.secret("secret/give/db", { password: value });
    const { tab, person: giver } = await signedIn(await world.person("giver", ["giver"]), "/ui/share/secret/give/db");
    await tab.fill("For", "Anna");
    await tab.click("button", "Make link");
    await tab.sees("To Anna");
    assert.deepEqual(
      giver.gate.passed.filter(({ answer }) => answer?.includes(value)),
      [],
    );
    await tab.click("button", "Copy link…");
    await tab.sees("Copied link for Anna");
    await tab.sees("/ui/open#");
    const [link = ""] = /https?:\/\/\S+\/ui\/open#\S+/.exec(await tab.evaluate(readText)) ?? [];
    const [code = ""] = /\b[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}\b/.exec(await tab.evaluate(readText)) ?? [];

    const guest = await person();
    const opened = await guest.tab(link.slice(link.indexOf("/ui/")));
    await opened.has("field", "Code");
    assert.equal(await opened.evaluate(() => location.href.slice(location.origin.length)), "/ui/open");
    await opened.fill("Code", "0000-0000");
    await opened.click("button", "Open it now");
    await opened.sees("This is not the code.");
    await opened.fill("Code", code);
    await opened.click("button", "Open it now");
    await opened.sees("secret/data/give/db");
    await opened.click("button", "Open it now");
    await opened.click("button", "Show password");
    await opened.sees(value);

    const late = await (await person()).tab(link.slice(link.indexOf("/ui/")));
    await late.fill("Code", code);
    await late.click("button", "Open it now");
    await late.sees("was opened already");
  },
];

export const SHARE: readonly Story[] = [once];
