import { expect, it } from "@jest/globals";
import type { Page } from "playwright-core";
import { PAGE_HEADERS } from "../../src/ui-files/headers.ts";
import { axeViolations } from "./support/axe.ts";
import type { Visitor } from "./support/page.ts";
import { describeUi } from "./support/suite.ts";

/** The guard of all other tests, on pages with planted faults: it must find each kind. */

const DOCUMENT =
  "<!doctype html><html lang=en><title>Planted</title><link rel=icon href=/ui/planted.svg><main><h1>Planted</h1></main>";

const SVG = "<svg xmlns='http://www.w3.org/2000/svg'/>";

describeUi("the guard", (ui) => {
  /** A page of ours in name and policy, whose document and files are the test's. */
  const planted = async (files: Readonly<Record<string, string>> = {}): Promise<{ page: Page; visitor: Visitor }> => {
    const visitor = await ui.visitor();
    visitor.gate.instead = ({ url }) => {
      const script = files[url.pathname];
      if (url.pathname === "/ui/planted")
        return { status: 200, headers: { ...PAGE_HEADERS, "content-type": "text/html" }, body: DOCUMENT };
      if (url.pathname === "/ui/planted.svg")
        return { status: 200, headers: { "content-type": "image/svg+xml" }, body: SVG };
      return script === undefined
        ? undefined
        : { status: 200, headers: { ...PAGE_HEADERS, "content-type": "text/javascript" }, body: script };
    };
    return { visitor, page: await visitor.tab("/ui/planted") };
  };

  it("finds nothing on a page without faults", async () => {
    const { page, visitor } = await planted();
    const secret = ui.world.canary("shown");

    await page.evaluate((text) => document.body.append(text), secret);
    await visitor.guard.sweep();

    expect(visitor.guard.faults()).toEqual([]);
  });

  /** One plant is found in more than one way, one of which may come later: after the last word anything is excused. */
  const othersToo = async (page: Page, visitor: Visitor): Promise<void> => {
    await page.evaluate(() => console.error("the last word"));
    await visitor.guard.expected(/./);
  };

  const PLANTS: readonly (readonly [string, RegExp, (secret: string) => unknown])[] = [
    ["the address", /a secret in address/, (secret) => history.replaceState(undefined, "", `?q=${secret}`)],
    ["an encoded address", /a secret in/, (secret) => history.replaceState(undefined, "", `?q=${btoa(secret)}`)],
    [
      "an entry of the history that was left",
      /a secret in an entry of the history/,
      (secret) => {
        history.pushState(undefined, "", `#${secret}`);
        history.pushState(undefined, "", "/ui/planted");
      },
    ],
    [
      "a state that was replaced",
      /a secret in the history/,
      (secret) => {
        history.replaceState({ secret }, "");
        history.replaceState(undefined, "");
      },
    ],
    ["the title", /a secret in title/, (secret) => Object.assign(document, { title: secret })],
    ["the window's name", /a secret in window.name/, (secret) => Object.assign(window, { name: secret })],
    ["localStorage", /a secret in localStorage/, (secret) => localStorage.setItem("a", secret)],
    ["sessionStorage", /a secret in sessionStorage/, (secret) => sessionStorage.setItem(secret, "")],
    ["a cookie", /a cookie/, () => Object.assign(document, { cookie: "a=1" })],
    [
      "IndexedDB",
      /a secret in IndexedDB/,
      (secret) =>
        new Promise((resolve) => {
          const opening = indexedDB.open("db");
          opening.onupgradeneeded = () => opening.result.createObjectStore("s").put(secret, 1);
          opening.onsuccess = resolve;
        }),
    ],
    [
      "a cache",
      /a secret in caches/,
      async (secret) => (await caches.open("c")).put("/ui/planted", new Response(secret)),
    ],
    ["a console line", /a secret in a console line/, (secret) => console.info(secret)],
    ["an error on the console", /an error on the console: oh no/, () => console.error("oh no")],
    [
      "an attribute",
      /a secret in attribute aria-label of <main>/,
      (secret) => document.querySelector("main")?.setAttribute("aria-label", secret),
    ],
    [
      "hidden text",
      /a secret in hidden text/,
      (secret) => {
        const span = document.createElement("span");
        span.hidden = true;
        span.textContent = secret;
        document.body.append(span);
      },
    ],
    [
      "text for screen readers alone",
      /a secret in hidden text/,
      (secret) => {
        const span = document.createElement("span");
        span.style.cssText = "position:absolute;width:1px;height:1px;overflow:hidden";
        span.textContent = secret;
        document.body.append(span);
      },
    ],
    [
      "a field that is not shown",
      /a secret in value of a hidden <input>/,
      (secret) => {
        const input = document.createElement("input");
        input.type = "hidden";
        input.value = secret;
        document.body.append(input);
      },
    ],
    ["a comment", /a secret in/, (secret) => document.body.append(document.createComment(secret))],
    ["the address of a call", /a secret in the address of a request/, (secret) => fetch(`/v1/sys/health?${secret}`)],
    ["an exception", /an exception in the page: thrown/, () => setTimeout(() => Promise.reject(new Error("thrown")))],
    [
      "a violation of the policy",
      /a violation of the policy.*img-src/,
      () => {
        new Image().src = "data:image/gif;base64,AAAA";
      },
    ],
  ];

  it.each(PLANTS)("finds %s", async (_, pattern, plant) => {
    const { page, visitor } = await planted();

    await page.evaluate(plant as (secret: string) => Promise<void>, ui.world.canary("planted"));

    await visitor.guard.expected(pattern);
    await othersToo(page, visitor);
  });

  it("finds a request to another origin, of a page without a policy too", async () => {
    const visitor = await ui.visitor();
    visitor.gate.instead = ({ url }) =>
      url.hostname === "127.0.0.1"
        ? { status: 200, headers: { "content-type": "text/html" }, body: DOCUMENT }
        : undefined;
    const page = await visitor.tab("/ui/planted");

    await page.evaluate(async () => {
      for (const url of ["http://other.example/a", "https://other.example/b"]) await fetch(url).catch(() => undefined);
    });

    await visitor.guard.expected(/a request to another origin: GET http:\/\/other.example\/a/);
    await visitor.guard.expected(/a connection to another origin: other.example:443/);
    await visitor.guard.expected(/an error on the console/);
  });

  it("finds exceptions, secrets and violations in a shared worker", async () => {
    const secret = ui.world.canary("worker");
    const { page, visitor } = await planted({
      "/ui/worker-planted.js": `
        setTimeout(() => console.log("${secret}"), 300);
        setTimeout(() => { throw new Error("thrown in the worker") }, 300);
        setTimeout(() => fetch("http://other.example/").catch(() => {}), 300);`,
    });

    await page.evaluate(() => {
      const { trustedTypes } = window as unknown as {
        trustedTypes: { createPolicy(name: string, rules: object): { createScriptURL(url: string): string } };
      };
      new SharedWorker(
        trustedTypes
          .createPolicy("zeroth", { createScriptURL: (url: string) => url })
          .createScriptURL("/ui/worker-planted.js"),
      );
    });

    await visitor.guard.expected(/an exception in a worker: .*thrown in the worker/);
    await visitor.guard.expected(/a secret in a console line of a worker/);
    await visitor.guard.expected(/a violation of the policy.*connect-src/);
  });

  it("axe runs under the page's policy and finds what is wrong", async () => {
    const { page } = await planted();

    expect(await axeViolations(page)).toEqual([]);
    await page.evaluate(() => document.querySelector("main")?.append(document.createElement("button")));
    expect(await axeViolations(page)).toEqual([expect.stringMatching(/^button-name .*button/)]);
  });

  it("plays the weather: slow, offline, an answer of somebody in between", async () => {
    const { page, visitor } = await planted();
    const status = (): Promise<number> =>
      page.evaluate(() =>
        fetch("/v1/sys/health").then(
          (answer) => answer.status,
          () => 0,
        ),
      );

    expect(await status()).toBe(200);
    visitor.gate.offline = true;
    expect(await status()).toBe(0);
    visitor.gate.offline = false;
    visitor.gate.instead = () => ({ status: 503, body: "<html>" });
    expect(await status()).toBe(503);
    expect(new Set(visitor.gate.calls())).toEqual(new Set(["GET sys/health"]));
  });
});
