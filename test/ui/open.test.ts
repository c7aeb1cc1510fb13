import { expect, it } from "@jest/globals";
import type { Page } from "playwright-core";
import type { JsonObject } from "../../src/std/json.ts";
import { type Fill, newCode, shownCode } from "../../ui/share/code.ts";
import { linkOf } from "../../ui/share/link.ts";
import { answered } from "./support/answered.ts";
import { axeEverywhere } from "./support/axe.ts";
import { hold, pathIs } from "./support/hold.ts";
import type { Visitor } from "./support/page.ts";
import { signIn } from "./support/sign-in.ts";
import { describeUi } from "./support/suite.ts";

/** Opening what was shared: only a click opens, and nothing of the link stays anywhere. */

const fill: Fill = (bytes) => crypto.getRandomValues(bytes);
const HOUR = 3_600;

describeUi("opening a shared secret", (ui) => {
  interface Shared {
    readonly token: string;
    readonly fragment: string;
    readonly code: string;
    readonly value: string;
  }

  /** As the page `share` makes it. */
  const shared = async ({ withCode = false, end }: { withCode?: boolean; end?: number } = {}): Promise<Shared> => {
    const value = ui.world.canary("shared");
    const { body } = await ui.world.prepare("POST", "sys/wrapping/wrap", { password: value }, { wrapTtl: "1h" });
    const { token } = body["wrap_info"] as JsonObject & { readonly token: string };
    const code = withCode ? newCode(fill) : undefined;
    const fragment = await linkOf(token, end ?? Math.floor(ui.world.clock.now() / 1000) + HOUR, code, fill);
    return { token, fragment, value, code: code ? shownCode(code) : "" };
  };

  const arrive = async (fragment: string): Promise<{ page: Page; visitor: Visitor }> => {
    const visitor = await ui.visitor({ permissions: ["clipboard-read", "clipboard-write"] });
    return { visitor, page: await visitor.tab(`/ui/open#${fragment}`) };
  };

  /** Addresses and titles that going back and forward leads to. */
  const historyOf = async (visitor: Visitor, page: Page): Promise<string> => {
    const session = await visitor.context.newCDPSession(page);
    const { entries } = await session.send("Page.getNavigationHistory");
    return entries.map(({ url, title }) => `${url} ${title}`).join("\n");
  };

  const openButton = (page: Page) => page.getByRole("button", { name: "Open it now" });
  const isThere = async (token: string): Promise<boolean> =>
    (await ui.world.call("POST", "sys/wrapping/lookup", { token }, { token: null })).status === 200;

  it("28. (S58) the fragment is gone before the first request, and in no history entry", async () => {
    const { token, fragment, value } = await shared();
    const visitor = await ui.visitor();
    // The worker makes all requests but those for the page's files.
    await visitor.context.addInitScript(() => {
      const addresses: string[] = [];
      const Usual = SharedWorker;
      class Watched extends Usual {
        constructor(...given: ConstructorParameters<typeof SharedWorker>) {
          addresses.push(location.href);
          super(...given);
        }
      }
      Object.assign(globalThis, { SharedWorker: Watched, addresses });
    });
    const page = await visitor.tab(`/ui/open#${fragment}`);
    await openButton(page).waitFor();

    const addresses = await page.evaluate(() => (globalThis as unknown as { addresses: readonly string[] }).addresses);
    expect(addresses).toEqual([`${ui.world.url}/ui/open`]);
    expect(page.url()).toBe(`${ui.world.url}/ui/open`);
    expect(await historyOf(visitor, page)).not.toContain(token);
    await openButton(page).click();
    await page.getByText("Here it is").waitFor();
    await page.getByRole("button", { name: "Show password" }).click();
    await page.getByText(value).waitFor();
  });

  it("28. a link pasted into the address of an open tab leaves no trace either", async () => {
    const { token, fragment } = await shared();
    const { page, visitor } = await arrive("v1.open.cut");
    await page.getByText("This is not a complete link.").first().waitFor();

    await page.evaluate((hash) => location.assign(`/ui/open#${hash}`), fragment);
    await openButton(page).waitFor();

    expect(await historyOf(visitor, page)).not.toContain(token);
    expect(page.url()).toBe(`${ui.world.url}/ui/open`);
  });

  it("29. loading ten times, HEAD and a bot's GET open nothing", async () => {
    const { token, fragment } = await shared();
    const visitor = await ui.visitor();
    for (let time = 0; time < 10; time++) {
      const page = await visitor.tab(`/ui/open#${fragment}`);
      await openButton(page).waitFor();
      await page.close();
    }
    for (const method of ["GET", "HEAD"]) await fetch(`${ui.world.url}/ui/open`, { method });
    for (const method of ["GET", "HEAD"]) await fetch(`${ui.world.url}/ui/open?token=${token}`, { method });
    for (const method of ["GET", "HEAD"])
      await fetch(`${ui.world.url}/v1/sys/wrapping/unwrap`, { method, headers: { "x-vault-token": token } });

    expect(visitor.gate.calls().filter((call) => call.includes("unwrap"))).toEqual([]);
    expect(await isThere(token)).toBe(true);
  });

  it("29. keys open nothing but where the button is", async () => {
    const { token, fragment } = await shared();
    const { page } = await arrive(fragment);
    await openButton(page).waitFor();

    await page.keyboard.press("Enter");
    await page.keyboard.press("Space");
    await page.keyboard.press("Escape");
    expect(await isThere(token)).toBe(true);
    await openButton(page).focus();
    await page.keyboard.press("Enter");
    await page.getByText("Here it is").waitFor();
    expect(await isThere(token)).toBe(false);
  });

  it("30. a second opening says that it was opened; after the end that it ended", async () => {
    const first = await shared();
    const one = await arrive(first.fragment);
    await one.page.getByText("sender put together").waitFor();
    await openButton(one.page).click();
    await one.page.getByText("It is gone from the server").waitFor();

    const two = await arrive(first.fragment);
    await two.page.getByText("This link was opened already.").first().waitFor();
    await two.page.getByText("tell the sender now").waitFor();
    expect(await openButton(two.page).count()).toBe(0);

    const second = await shared();
    ui.world.clock.advance(2 * HOUR * 1000);
    const three = await arrive(second.fragment);
    await three.page.getByText("This link has ended.").first().waitFor();
    await three.page.getByText("Ask the sender for a new one.").waitFor();
  });

  it("30. two who click at the same time: one opens", async () => {
    const { fragment } = await shared();
    const both = [await arrive(fragment), await arrive(fragment)];
    for (const { page } of both) await openButton(page).waitFor();
    await Promise.all(both.map(({ page }) => openButton(page).click()));

    const outcomes = both.map(({ page }) => page.getByText("Here it is").or(page.getByText("was opened already")));
    const texts = await Promise.all(outcomes.map((outcome) => outcome.first().textContent()));
    expect(texts.sort()).toEqual(["Here it is", "This link was opened already."]);
  });

  it("31. ten wrong codes, then the right one: opens", async () => {
    const { token, fragment, code, value } = await shared({ withCode: true });
    const { page, visitor } = await arrive(fragment);
    const field = page.getByLabel("Code", { exact: true });
    for (let time = 0; time < 10; time++) {
      await field.fill(shownCode(newCode(fill)));
      await page.getByText("This is not the code.").waitFor();
      await openButton(page).click();
    }
    expect(visitor.gate.calls().filter((call) => call.includes("wrapping"))).toEqual([]);
    expect(await isThere(token)).toBe(true);
    expect(await axeEverywhere(page)).toEqual([]);

    await field.fill(` ${code.toLowerCase().replaceAll("0", "o").replaceAll("1", "l")} `);
    await page.getByText("Came from").waitFor();
    expect(await isThere(token)).toBe(true);
    await openButton(page).click();
    await page.getByRole("button", { name: "Show password" }).click();
    await page.getByText(value).waitFor();
  });

  it("31. a code is neither right nor wrong until it was tried, and an earlier one takes nothing back", async () => {
    const { fragment, code } = await shared({ withCode: true });
    const { page } = await arrive(fragment);
    const field = page.getByLabel("Code", { exact: true });
    const wrong = page.getByText("This is not the code.");
    await field.waitFor();
    /** Codes are tried when told so, in any order. */
    await page.evaluate(() => {
      const { subtle } = crypto;
      const [derive, decrypt] = [subtle.deriveKey.bind(subtle), subtle.decrypt.bind(subtle)];
      const told = { tries: [] as (() => void)[], begun: 0, done: 0 };
      subtle.deriveKey = async (...given: Parameters<typeof derive>) => {
        await new Promise<void>((resolve) => told.tries.push(resolve));
        return derive(...given);
      };
      subtle.decrypt = (...given: Parameters<typeof decrypt>) =>
        decrypt(...given).finally(() => setTimeout(() => (told.done += 1)));
      Object.assign(window, { told });
    });
    const tried = async (at: number): Promise<void> => {
      const one = await page.waitForFunction((index) => Reflect.get(window, "told").tries[index], at);
      await one.evaluate((go: () => void) => {
        Reflect.get(window, "told").begun += 1;
        go();
      });
      await page.waitForFunction(() => {
        const { begun, done } = Reflect.get(window, "told");
        return begun === done;
      });
    };
    await field.fill(shownCode(newCode(fill)));
    await tried(0);
    await wrong.waitFor();

    await field.fill(shownCode(newCode(fill)));
    expect(await wrong.count()).toBe(0);
    await field.fill(code);
    await tried(2);
    await page.getByText("Came from").waitFor();
    await tried(1);
    expect(await page.getByText("Came from").count()).toBe(1);
  });

  it("31. a code that is too short is said so, and a link that was changed opens with no code", async () => {
    const { fragment } = await shared({ withCode: true });
    const { page } = await arrive(fragment);
    await page.getByLabel("Code", { exact: true }).fill("K7QM");
    await openButton(page).click();
    await page.getByText("A code has eight letters and digits").waitFor();

    const cut = await arrive(fragment.slice(0, -1));
    await cut.page.getByText("This is not a complete link.").first().waitFor();
  });

  it.each(["", "v9.open.1790000000.hvs.aaaaaaaaaaaaaaaaaaaaaaaa.00000000"])(
    "says that %j opens nothing, and takes a pasted link",
    async (broken) => {
      const { fragment } = await shared();
      const { page } = await arrive(broken);
      await page
        .getByText(broken === "" ? "There is no link here." : "This is not a complete link.")
        .first()
        .waitFor();

      await page.getByLabel("Link", { exact: true }).fill(`${ui.world.url}/ui/open#${fragment}`);
      await page.getByRole("button", { name: "Go on" }).click();
      await openButton(page).waitFor();
    },
  );

  it("keeps what was opened until it is kept: leaving asks, saving does not", async () => {
    const { fragment } = await shared();
    const { page } = await arrive(fragment);
    await openButton(page).click();
    await page.getByText("Here it is").waitFor();
    expect(await axeEverywhere(page)).toEqual([]);
    const asked = page.waitForEvent("dialog");
    const going = page.goto("/ui/").catch(() => undefined);
    const dialog = await asked;
    expect(dialog.type()).toBe("beforeunload");
    await dialog.dismiss();
    await going;

    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: "Save as file" }).click();
    expect((await download).suggestedFilename()).toBe("shared-secret.json");
    await page.reload();
    await page.getByText("There is no link here.").waitFor();
  });

  it("asks before another link takes the place of what was opened and is not kept", async () => {
    const { fragment, value } = await shared();
    const { fragment: other, token } = await shared();
    const { page, visitor } = await arrive(fragment);
    await openButton(page).click();
    await page.getByText("Here it is").waitFor();
    const paste = () => page.evaluate((hash) => location.assign(`/ui/open#${hash}`), other);
    const asked = page.getByRole("dialog", { name: "Leave without keeping it?" });

    await paste();
    await asked.getByRole("button", { name: "Stay" }).click();
    expect(await historyOf(visitor, page)).not.toContain(token);
    await page.getByRole("button", { name: "Show password" }).click();
    await page.getByText(value).waitFor();

    await paste();
    await asked.getByRole("button", { name: "Leave" }).click();
    await openButton(page).waitFor();
    expect(page.url()).toBe(`${ui.world.url}/ui/open`);
    expect(await historyOf(visitor, page)).not.toContain(token);
    expect(await isThere(token)).toBe(true);
  });

  it("keeps what a guest opened when they sign in, in another tab, to store it", async () => {
    await ui.world.policy("storing", 'path "secret/data/mine/*" { capabilities = ["create", "update", "read"] }');
    const person = await ui.world.person("guest", ["storing"]);
    const { fragment, value } = await shared();
    const { page, visitor } = await arrive(fragment);
    await openButton(page).click();
    await page.getByText("Here it is").waitFor();
    await signIn(await visitor.tab("/ui/"), person);

    await page.getByRole("button", { name: "Store in" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("combobox", { name: "Path" }).fill("secret/mine/given");
    await dialog.getByRole("button", { name: "Store", exact: true }).click();
    await page.getByText("Stored as secret/mine/given").first().waitFor();
    expect((await ui.world.call("GET", "secret/data/mine/given")).data["data"]).toEqual({ password: value });

    await page.getByRole("link", { name: "My access", exact: true }).click();
    await page.getByRole("heading", { name: "My access", exact: true }).waitFor();
    await page.goBack();
    await page.getByText("There is no link here.").waitFor();
  });

  it("lets a browser read a saved file for 40 s after the click, and then lets go of it", async () => {
    const { fragment } = await shared();
    const visitor = await ui.visitor();
    const page = await visitor.context.newPage();
    await page.clock.install();
    await page.addInitScript(() => {
      const files = new Set<string>();
      Object.assign(globalThis, { files });
      const { createObjectURL, revokeObjectURL } = URL;
      URL.createObjectURL = (of) => {
        const address = createObjectURL.call(URL, of);
        files.add(address);
        return address;
      };
      URL.revokeObjectURL = (address) => {
        files.delete(address);
        revokeObjectURL.call(URL, address);
      };
    });
    await page.goto(`/ui/open#${fragment}`);
    const held = () => page.evaluate(() => (Reflect.get(globalThis, "files") as Set<string>).size);
    await openButton(page).click();
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: "Save as file" }).click();
    await download;

    await page.clock.runFor(39_000);
    expect(await held()).toBe(1);
    await page.clock.runFor(2_000);
    expect(await held()).toBe(0);
  });

  it("forgets it when the page is left: the back/forward cache keeps neither what was opened nor a link", async () => {
    const { fragment, value, token } = await shared();
    const { page } = await arrive(fragment);
    await openButton(page).click();
    await page.getByRole("button", { name: "Show password" }).click();
    await page.getByText(value).waitFor();
    const leaveAndComeBack = () =>
      page.evaluate(() => {
        for (const name of ["pagehide", "pageshow"]) dispatchEvent(new PageTransitionEvent(name, { persisted: true }));
      });

    await leaveAndComeBack();
    await page.getByText("This link was opened already.").first().waitFor();
    expect(await page.getByRole("button", { name: "Show password" }).count()).toBe(0);
    expect(await isThere(token)).toBe(false);

    const unopened = await arrive((await shared()).fragment);
    await openButton(unopened.page).waitFor();
    await unopened.page.evaluate(() => dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true })));
    await unopened.page.getByText("There is no link here.").first().waitFor();
  });

  it("shows it though another link was pasted while it was on its way: it comes once", async () => {
    const { fragment, value, token } = await shared();
    const { fragment: other, token: otherToken } = await shared();
    const { page, visitor } = await arrive(fragment);
    await openButton(page).waitFor();
    const { asked, release } = hold(visitor.gate, pathIs("sys/wrapping/unwrap"));
    await openButton(page).click();
    await asked;
    await page.evaluate((hash) => location.assign(`/ui/open#${hash}`), other);
    await openButton(page).waitFor();

    release();
    await page.getByRole("button", { name: "Show password" }).click();
    await page.getByText(value).waitFor();
    expect([await isThere(token), await isThere(otherToken)]).toEqual([false, true]);
  });

  it("forgets it even where it comes after the page was left", async () => {
    const { fragment } = await shared();
    const { page, visitor } = await arrive(fragment);
    await openButton(page).waitFor();
    const { asked, release } = hold(visitor.gate, pathIs("sys/wrapping/unwrap"));
    await openButton(page).click();
    await asked;
    await page.evaluate(() => dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true })));
    await page.getByText("This link was opened already.").first().waitFor();
    release();
    await answered(visitor, "sys/wrapping/unwrap", 1);
    // The worker of both has answered this one after that.
    await (await visitor.tab("/ui/")).getByLabel("How", { exact: true }).waitFor();
    expect(await page.getByRole("button", { name: "Show password" }).count()).toBe(0);
    await page.getByText("This link was opened already.").first().waitFor();
  });

  it("stores it for whoever is signed in, and overwrites nothing", async () => {
    await ui.world.policy("storing", 'path "secret/data/mine/*" { capabilities = ["create", "update", "read"] }');
    await ui.world.secret("secret/mine/taken", { there: "already" });
    const person = await ui.world.person("keeper", ["storing"]);
    const { fragment, value } = await shared();
    const { page } = await ui.signedIn(person, "/ui/");
    await page.goto(`/ui/open#${fragment}`);
    await openButton(page).click();
    await page.getByRole("button", { name: "Store in" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("combobox", { name: "Path" }).fill("secret/mine/taken");
    await dialog.getByRole("button", { name: "Store", exact: true }).click();
    await dialog.getByText("There is a secret at this path already.").waitFor();
    await dialog.getByRole("combobox", { name: "Path" }).fill("secret/mine/new");
    await dialog.getByRole("button", { name: "Store", exact: true }).click();
    await page.getByText("Stored as secret/mine/new").first().waitFor();

    expect((await ui.world.call("GET", "secret/data/mine/new")).data["data"]).toEqual({ password: value });
    expect((await ui.world.call("GET", "secret/data/mine/taken")).data["data"]).toEqual({ there: "already" });
  });

  it("keeps a link whose answer was lost on the way apart from one that was refused", async () => {
    const { fragment } = await shared();
    const { page, visitor } = await arrive(fragment);
    await openButton(page).waitFor();
    visitor.gate.offline = true;
    await openButton(page).click();
    await page.getByText("No answer came. The secret may be gone").waitFor();
    visitor.gate.offline = false;
    await page.getByRole("button", { name: "Try again" }).click();
    await openButton(page).click();
    await page.getByText("Here it is").waitFor();
  });
});
