import { expect, it } from "@jest/globals";
import { sameJson } from "../../ui/client/json-text.ts";
import { asJson, button, isAt, show, store, stored, value } from "./support/editor.ts";
import { hasFocus } from "./support/focus.ts";
import { describeUi, type Ui } from "./support/suite.ts";

/** No character of a value changes by being shown, edited and saved. */

const TEAM = `
  path "secret/data/team-a/*" { capabilities = ["create", "read", "update"] }
  path "secret/metadata/team-a/*" { capabilities = ["read", "list"] }`;

const signedIn = async (ui: Ui, address: string, name = "ada") => {
  await ui.world.policy("team", TEAM);
  return ui.signedIn(await ui.world.person(name, ["team"]), address);
};

describeUi("exact values", (ui) => {
  it("18. leaves every peculiar value as it is: show, edit, save", async () => {
    const deep = `${"[".repeat(498)}${"]".repeat(498)}`;
    const data = [
      '"digits":12345678901234567890',
      '"money":0.10',
      '"huge":1e400',
      '"zero":-0',
      '"__proto__":{"constructor":0.10,"__proto__":[-0]}',
      '"constructor":"x"',
      '"":"no name"',
      '"empty":""',
      `"deep":${deep}`,
      `"large":"${"x".repeat(1024 * 1024 - 4096)}"`,
      '"edit me":"before"',
    ];
    await store(ui.world, "secret/data/team-a/exact", `{${data.join(",")}}`);
    const { page } = await signedIn(ui, "/ui/edit/secret/team-a/exact");

    for (const name of ["digits", "money", "huge", "zero", "__proto__", "large"]) {
      await show(page, name);
      await value(page, name).waitFor();
      await button(page, `Hide ${name}`).click();
    }
    await show(page, "digits");
    expect(await value(page, "digits").inputValue()).toBe("12345678901234567890");
    await show(page, "edit me");
    await value(page, "edit me").fill("after");
    await button(page, "Save").click();
    await isAt(page, "browse/secret/team-a/exact");

    const now = await stored(ui.world, "secret/data/team-a/exact");
    expect(sameJson(now, `{${data.join(",")}}`.replace('"before"', '"after"'))).toBe(true);
  });

  it("18. leaves every peculiar value as it is in JSON too, and says where JSON is wrong", async () => {
    const data = '{"digits":12345678901234567890,"money":0.10,"__proto__":-0,"":"x","user":"app"}';
    await store(ui.world, "secret/data/team-a/json", data);
    const { page } = await signedIn(ui, "/ui/edit/secret/team-a/json");
    await asJson(page).click();
    await button(page, "Show values and edit").waitFor();

    expect(await page.locator("textarea").count()).toBe(0);

    await button(page, "Show values and edit").click();
    const area = page.getByLabel("The secret as JSON");
    const text = await area.inputValue();
    await area.fill(text.replace('"user": "app"', '"user": "app",\n  "user": "b"'));

    await page.getByText("Line 7, column 3: this name is here already, and only one can be kept.").waitFor();
    await button(page, "Save").click();
    await hasFocus(page, area);
    await page.getByRole("group", { name: "Write it as" }).getByText("Fields").click();
    expect(await page.getByRole("radio", { name: "JSON" }).isChecked()).toBe(true);

    await area.fill(text.replace('"app"', '"ada"'));
    await button(page, "Save").click();
    await isAt(page, "browse/secret/team-a/json");

    expect(await stored(ui.world, "secret/data/team-a/json")).toBe(data.replace('"app"', '"ada"'));
  });

  it("19. keeps line ends, tabs, blanks, NUL and bidi marks, and says that they are there", async () => {
    const text = "\tone\r\ntwo\rthree\n \u0000\u202e\u200f end ";
    await store(ui.world, "secret/data/team-a/marks", JSON.stringify({ note: text }));
    const { page } = await signedIn(ui, "/ui/edit/secret/team-a/marks");
    await show(page, "note");

    await page
      .getByText(
        "Contains line ends of several kinds, a blank at the start, a blank at the end, 1 tab, 1 control character (U+0000), 2 marks of writing direction (U+202E, U+200F).",
      )
      .waitFor();
    await value(page, "note").press("Control+End");
    await page.keyboard.type("X");
    await page.keyboard.press("Control+s");
    await isAt(page, "browse/secret/team-a/marks");

    expect(JSON.parse(await stored(ui.world, "secret/data/team-a/marks"))).toEqual({ note: `${text}X` });
  });
});
