import { expect, it } from "@jest/globals";
import type { Visitor } from "./support/page.ts";
import { describeUi } from "./support/suite.ts";

/** What is fetched until somebody can type, and what is not. */

const files = ({ gate }: Visitor): readonly string[] =>
  gate.passed.map(({ url }) => url.pathname).filter((path) => path.startsWith("/ui/"));

describeUi("the first load", (ui) => {
  it("is the document, then the sheet, the entry with what it imports and the worker, each once", async () => {
    const visitor = await ui.visitor();
    const page = await visitor.tab();
    await page.getByLabel("How", { exact: true }).waitFor();
    const [document = "", ...others] = files(visitor);

    expect(document).toBe("/ui/");
    expect(new Set(others).size).toBe(others.length);
    expect(
      others.filter((path) => !/^\/ui\/assets\/(main|styles|worker|chunk|icon)-\w+\.(js|css|svg)$/.test(path)),
    ).toEqual([]);
    for (const name of ["main", "styles", "worker"])
      expect(others.filter((path) => path.startsWith(`/ui/assets/${name}-`))).toHaveLength(1);
    expect(others.length).toBeLessThanOrEqual(10);
    // Nobody is asked anything before somebody signs in, but which ways there are.
    expect(visitor.gate.calls()).toEqual(["GET sys/internal/ui/mounts"]);
  });

  it("is kept by the browser: a reload fetches the document alone", async () => {
    const visitor = await ui.visitor();
    const page = await visitor.tab();
    await page.getByLabel("How", { exact: true }).waitFor();
    const before = files(visitor).length;

    await page.reload();
    await page.getByLabel("How", { exact: true }).waitFor();

    expect(files(visitor).slice(before)).toEqual(["/ui/"]);
  });

  it("makes no formats of times before a time is drawn: they take longer than all of its scripts", async () => {
    const visitor = await ui.visitor();
    await visitor.context.addInitScript(() => {
      for (const name of ["DateTimeFormat", "RelativeTimeFormat", "NumberFormat", "Collator"] as const) {
        const construct = (): never => {
          document.documentElement.dataset["made"] = name;
          throw new Error(name);
        };
        Object.defineProperty(Intl, name, { value: new Proxy(Intl[name], { construct, apply: construct }) });
      }
    });
    const page = await visitor.tab();
    await page.getByLabel("How", { exact: true }).waitFor();

    expect(await page.locator("html").getAttribute("data-made")).toBeNull();
  });

  it("shows a page at any of its addresses, with dots in names too", async () => {
    await ui.world.secret("secret/app.config/db.json", { user: "app" });
    const { page } = await ui.signedIn({ token: ui.world.root }, "/ui/browse/secret/app.config/db.json");
    await page.getByRole("heading", { name: "db.json" }).waitFor();
    await page.reload();

    await page.getByRole("heading", { name: "db.json" }).waitFor();
  });
});
