import type { Page } from "playwright-core";
import { sourceAt } from "../../../ui/client/json-text.ts";
import type { World } from "./world.ts";

/** What tests of secrets share: the controls of the editor, and what the server has, character by character. */

export const value = (page: Page, name: string) => page.getByLabel(`Value of ${name}`, { exact: true });
export const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
export const show = (page: Page, name: string) => button(page, `Show ${name}`).click();
export const asJson = (page: Page) => page.getByRole("group", { name: "Write it as" }).getByText("JSON");
export const isAt = (page: Page, path: string) => page.waitForURL((url) => url.pathname === `/ui/${path}`);

const asRoot = async ({ url, root }: World, path: string, body?: string): Promise<string> => {
  const answer = await fetch(`${url}/v1/${path}`, {
    ...(body !== undefined && { method: "POST", body }),
    headers: { "x-vault-token": root },
  });
  const text = await answer.text();
  if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${text}`);
  return text;
};

/** Stores JSON as it is written. `path` has its `data/`. */
export const store = async (world: World, path: string, data: string): Promise<void> => {
  await asRoot(world, path, `{"data":${data}}`);
};

/** The data of the newest version as they are written in the answer. */
export const stored = async (world: World, path: string): Promise<string> =>
  sourceAt(await asRoot(world, path), "data", "data") ?? "";
