import { expect, it } from "@jest/globals";
import type { Page } from "playwright-core";
import { answered } from "./support/answered.ts";
import { button, isAt, show, store, value } from "./support/editor.ts";
import { hold, pathIs } from "./support/hold.ts";
import type { Visitor } from "./support/page.ts";
import { describeUi } from "./support/suite.ts";

/** An answer that comes when its page was left: it moves nobody, and takes nothing away. */

describeUi("what comes late", (ui) => {
  const holdWrite = ({ gate }: Visitor, path: string) => hold(gate, (one) => one.method !== "GET" && pathIs(path)(one));
  const goToMyAccess = async (page: Page): Promise<void> => {
    await page.getByRole("link", { name: "My access", exact: true }).click();
    await page.getByRole("heading", { name: "My access", exact: true }).waitFor();
  };

  it("moves nobody who went elsewhere: a deletion", async () => {
    const { data } = await ui.world.prepare("POST", "identity/group", { name: "crew" });
    const path = `identity/group/id/${String(data["id"])}`;
    const { page, visitor } = await ui.signedIn({ token: ui.world.root }, `/ui/access/groups/${String(data["id"])}`);
    const { asked, release } = holdWrite(visitor, path);
    await button(page, "Delete").click();
    await page.getByRole("textbox", { name: /Type crew/ }).fill("crew");
    await page.getByRole("dialog").getByRole("button", { name: "Delete", exact: true }).click();
    await asked;
    await goToMyAccess(page);

    release();
    await page.getByText("Deleted the group crew").first().waitFor();
    expect(new URL(page.url()).pathname).toBe("/ui/me");
  });

  it("moves nobody who closed the question: a new group", async () => {
    const { page, visitor } = await ui.signedIn({ token: ui.world.root }, "/ui/access?tab=groups");
    const { asked, release } = holdWrite(visitor, "identity/group");
    await button(page, "New group").click();
    await page.getByRole("textbox", { name: "Name", exact: true }).fill("slow");
    await button(page, "Make the group").click();
    await asked;
    await button(page, "Cancel").click();
    await goToMyAccess(page);

    release();
    await page.getByText("Saved slow").first().waitFor();
    expect(new URL(page.url()).pathname).toBe("/ui/me");
  });

  it("tells an application nothing once the person has said no", async () => {
    const callback = "http://wiki.example.com/cb";
    await ui.world.prepare("POST", "identity/oidc/client/wiki", {
      redirect_uris: [callback],
      assignments: ["allow_all"],
    });
    const { data } = await ui.world.prepare("GET", "identity/oidc/client/wiki");
    const query = { client_id: String(data["client_id"]), redirect_uri: callback, response_type: "code" };
    const provider = "identity/oidc/provider/default/authorize";
    const { page, visitor } = await ui.signedIn(
      await ui.world.person("undecided", []),
      `/ui/vault/${provider}?${new URLSearchParams({ ...query, scope: "openid", state: "s" })}`,
    );
    const heard: string[] = [];
    await page.route(`${callback}**`, (route) => {
      heard.push(route.request().url());
      return route.fulfill({ status: 204 });
    });
    const { asked, release } = hold(visitor.gate, pathIs(provider));
    await button(page, "Go on").click();
    await asked;
    await page.getByRole("link", { name: "Not now" }).click();
    await isAt(page, "");

    release();
    await answered(visitor, provider, 1);
    // What the worker answers after it.
    await goToMyAccess(page);
    await page.getByText("default", { exact: true }).first().waitFor();
    expect(heard).toEqual([]);
  });

  it("takes no draft away that was written since", async () => {
    await store(ui.world, "secret/data/team-a/late", '{"a":"1"}');
    const { page, visitor } = await ui.signedIn({ token: ui.world.root }, "/ui/edit/secret/team-a/late");
    const leave = async (): Promise<void> => {
      await page.getByRole("link", { name: "team-a", exact: true }).click();
      await page.getByRole("dialog").getByRole("button", { name: "Leave" }).click();
      await page.getByRole("heading", { name: "team-a", exact: true }).waitFor();
    };
    const comeBack = async (): Promise<void> => {
      await page.goBack();
      await page.getByText("This is unsaved work from before").waitFor();
      await show(page, "a");
    };
    await show(page, "a");
    await value(page, "a").fill("sent");
    const { asked, release } = holdWrite(visitor, "secret/data/team-a/late");
    await button(page, "Save").click();
    await asked;
    await leave();
    await comeBack();
    await value(page, "a").fill("written since");

    release();
    await page.getByText("Saved version 2 of late").first().waitFor();
    await leave();
    await comeBack();
    expect(await value(page, "a").inputValue()).toBe("written since");
    await button(page, "Discard it").click();
  });

  it("takes nothing away that was written into a policy while it was saved", async () => {
    const { page, visitor } = await ui.signedIn({ token: ui.world.root }, "/ui/policies?new");
    const text = page.getByRole("textbox", { name: "Policy", exact: true });
    const written = 'path "secret/data/a" { capabilities = ["read"] }';
    await page.getByRole("textbox", { name: "Name", exact: true }).fill("slow");
    await text.fill(written);
    for (const more of ["# one", "# two"]) {
      const { asked, release } = holdWrite(visitor, "sys/policies/acl/slow");
      const before = await text.inputValue();
      await page.keyboard.press("Control+s");
      await asked;
      await text.fill(`${before}\n${more}`);

      release();
      await page.locator(".toast-text", { hasText: "Saved policy slow" }).last().waitFor();
      await page.getByRole("button", { name: "Dismiss" }).last().click();
      await page.getByRole("heading", { name: "slow", exact: true }).waitFor();
      expect(await text.inputValue()).toBe(`${before}\n${more}`);
      expect((await ui.world.call("GET", "sys/policies/acl/slow")).data["policy"]).toBe(before);
    }
    await button(page, "Discard changes").click();
  });
});
