import { expect, it } from "@jest/globals";
import { axeEverywhere } from "./support/axe.ts";
import { describeUi } from "./support/suite.ts";

describeUi("signing in to an application", (ui) => {
  /** The application. It answers nothing, so that the browser stays where it is. */
  const callback = "http://wiki.example.com/cb";

  const client = async (): Promise<{ readonly id: string; readonly secret: string }> => {
    await ui.world.prepare("POST", "identity/oidc/client/wiki", {
      redirect_uris: [callback],
      assignments: ["allow_all"],
    });
    const { data } = await ui.world.prepare("GET", "identity/oidc/client/wiki");
    return { id: String(data["client_id"]), secret: String(data["client_secret"]) };
  };

  const asking = (id: string, more: Record<string, string> = {}): string => {
    const query = {
      client_id: id,
      redirect_uri: callback,
      response_type: "code",
      scope: "openid",
      state: "st-1",
      ...more,
    };
    return `/ui/vault/identity/oidc/provider/default/authorize?${new URLSearchParams(query)}`;
  };

  it("goes by the address that discovery names: asked first, then back with a code that is good for tokens", async () => {
    const { id, secret } = await client();
    const person = await ui.world.person("reader", []);
    const visitor = await ui.visitor();
    const page = await visitor.tab(asking(id));
    const heard: URL[] = [];
    await page.route(`${callback}**`, (route) => {
      heard.push(new URL(route.request().url()));
      return route.fulfill({ status: 204 });
    });
    await page.getByLabel("How", { exact: true }).selectOption({ label: "Name and password" });
    await page.getByLabel("Name", { exact: true }).fill(person.name);
    await page.getByLabel("Password", { exact: true }).fill(person.password);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();

    await page.getByText("The application at wiki.example.com").waitFor();
    expect(await axeEverywhere(page)).toEqual([]);
    expect(heard).toEqual([]);
    const told = page.waitForRequest(`${callback}**`);
    await page.getByRole("button", { name: "Go on" }).click();
    const answer = new URL((await told).url());
    expect(answer.searchParams.get("state")).toBe("st-1");
    const tokens = await fetch(`${ui.world.url}/v1/identity/oidc/provider/default/token`, {
      method: "POST",
      headers: { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString("base64")}` },
      body: new URLSearchParams({
        grant_type: "authorization_code",
        code: answer.searchParams.get("code") ?? "",
        redirect_uri: callback,
      }),
    });
    expect(tokens.status).toBe(200);
  });

  it("sends nobody to an address that the application did not register", async () => {
    const { id } = await client();
    const { page } = await ui.signedIn(
      await ui.world.person("careful", []),
      asking(id, { redirect_uri: "https://evil.example.com/cb" }),
    );

    await page.getByRole("button", { name: "Go on" }).click();

    await page.getByText("redirect_uri is not allowed for the client").waitFor();
    expect(await page.getByRole("button", { name: "Back to the application" }).count()).toBe(0);
    expect(await axeEverywhere(page)).toEqual([]);
  });
});
