import { describe, expect, it } from "@jest/globals";
import { createTabs } from "../../../../ui/worker/tabs.ts";

describe("tabs that leave", () => {
  it("leave the session to those that stay", () => {
    const tabs = createTabs();
    for (const lock of ["a", "b", "b again"]) tabs.come(lock);

    expect(tabs.leave(["a"])).toBe(false);
    expect(tabs.has("b")).toBe(true);
  });

  it("are the last where their locks came free before they were heard", () => {
    const tabs = createTabs();
    for (const lock of ["a", "b"]) tabs.come(lock);
    tabs.gone("b");
    tabs.gone("a");

    expect(tabs.leave(["a"])).toBe(true);
    expect(tabs.count()).toBe(0);
  });

  it("leave the session to none of each other where they close together", () => {
    const tabs = createTabs();
    for (const lock of ["a", "b"]) tabs.come(lock);

    expect([tabs.leave(["a"]), tabs.leave(["b"])]).toEqual([false, true]);
  });
});
