import type { Page } from "playwright-core";
import type { Login } from "./world.ts";

/** Signs in with the form that is on the page, and waits until it is gone. */
export const signIn = async (page: Page, login: Login): Promise<void> => {
  const how = page.getByLabel("How", { exact: true });
  if ("token" in login) {
    await how.selectOption({ label: "Token" });
    await page.getByLabel("Token", { exact: true }).fill(login.token);
  } else {
    await how.selectOption({ label: "Name and password" });
    await page.getByLabel("Name", { exact: true }).fill(login.name);
    await page.getByLabel("Password", { exact: true }).fill(login.password);
  }
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await how.waitFor({ state: "detached" });
};
