import { expect, it } from "@jest/globals";
import { describeUi } from "./support/suite.ts";

describeUi("signing in", (ui) => {
  it("1. signs in by password, token, wrapped token; the wrapped one works once", async () => {
    const person = await ui.world.person("alias", []);
    const { page } = await ui.signedIn(person);
    await page.getByText("alias", { exact: true }).waitFor();

    const token = await ui.signedIn(await ui.world.token([], { display_name: "robot" }));
    await token.page.getByText("token-robot", { exact: true }).waitFor();

    const { body } = await ui.world.prepare("POST", "auth/token/create", {}, { wrapTtl: "5m" });
    const wrapping = (body["wrap_info"] as { token: string }).token;
    const open = async () => {
      const visitor = await ui.visitor();
      const tab = await visitor.tab();
      await tab.getByLabel("How", { exact: true }).selectOption({ label: "Wrapped token" });
      await tab.getByLabel("Wrapping token").fill(wrapping);
      await tab.getByRole("button", { name: "Sign in", exact: true }).click();
      return tab;
    };
    await (await open()).getByRole("button", { name: "Sign out" }).waitFor();

    await (await open()).locator(".error", { hasText: "This was opened already" }).waitFor();
  });
});
