import { strict as assert } from "node:assert";
import { readText } from "../support/in-page.ts";
import type { Story } from "../support/suite.ts";
import type { Tab } from "../support/tab.ts";

/** How it looks: light and dark, and in 320 px. */

const LIGHT = "rgb(250, 250, 248)";
const DARK = "rgb(19, 20, 18)";

const ground = (tab: Tab): Promise<string> =>
  tab.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);

const colours: Story = [
  "is dark as the system is, light if chosen, here and in the other tab, and after a reload",
  async ({ world, signedIn }) => {
    const { tab, person } = await signedIn(await world.person("painter", []), "/ui/me");
    await tab.has("heading", "My access");
    assert.equal(await ground(tab), DARK);
    const second = await person.tab();
    await second.has("button", "Sign out");
    await tab.click("button", "Settings of this page");
    await tab.click("option", "Light");
    assert.equal(await ground(tab), LIGHT);
    await tab.click("button", "Done");
    assert.equal(await ground(second), LIGHT);
    await tab.reload();
    assert.equal(await ground(tab), LIGHT);
    await tab.click("button", "Settings of this page");
    await tab.click("option", "System");
    assert.equal(await ground(tab), DARK);
    await tab.click("button", "Done");
  },
];

const PLACES = [
  "",
  "browse/secret/",
  "browse/secret/narrow/a-secret-with-a-rather-long-name-that-has-no-blank",
  "edit/secret/narrow/a-secret-with-a-rather-long-name-that-has-no-blank",
  "new/secret/narrow/",
  "share",
  "me",
  "credentials",
  "leases",
  "access",
  "policies",
  "policies/default",
  "audit",
  "mounts",
  "status",
  "onboard",
  "api",
];

/** Of what is wider than the window, the names. */
const wide = (): string[] => {
  const { scrollWidth } = document.documentElement;
  if (scrollWidth <= innerWidth) return [];
  return [...document.body.querySelectorAll("*")]
    .filter((element) => element.children.length === 0 && element.getBoundingClientRect().right > innerWidth + 1)
    .map((element) => `${element.localName}.${element.className} ${(element.textContent ?? "").slice(0, 30)}`);
};

const narrow: Story = [
  "fits into 320 px: nothing to scroll sideways on any page",
  async ({ world, signedIn, person }) => {
    await world.secret("secret/narrow/a-secret-with-a-rather-long-name-that-has-no-blank", {
      password: world.canary("narrow"),
      "a-field-with-a-rather-long-name-that-has-no-blank-either": "value",
    });
    const guest = await (await person()).narrowTab("/ui/");
    await guest.has("heading", "Sign in to…");
    assert.deepEqual(await guest.evaluate(wide), []);
    // Its tab stays, and with it the session.
    const { person: root } = await signedIn({ token: world.root });
    const tab = await root.narrowTab("/ui/");
    for (const place of PLACES) {
      await tab.go(`/ui/${place}`);
      await tab.isDrawn();
      assert.equal(await tab.evaluate(() => innerWidth), 320);
      assert.doesNotMatch(await tab.evaluate(readText), /Sign in to/, place);
      assert.deepEqual(await tab.evaluate(wide), [], place);
    }
  },
];

export const LOOKS: readonly Story[] = [colours, narrow];
