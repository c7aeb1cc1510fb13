/** What runs inside the page, so it refers to nothing outside itself. Elements are found as people name them. */

export type Kind = "button" | "link" | "field" | "option" | "heading" | "dialog" | "group";

/**
 * Elements of a kind with a name that somebody can see and reach now. `name` that ends in `…` is a beginning. `within`:
 * the name of the group that they are in.
 */
export const findElements = (kind: string, name: string, within?: string): Element[] => {
  const selectors: Record<string, string> = {
    button: "button, [role=button], [role=tab], [role=menuitem], summary",
    link: "a[href]",
    field: "input, textarea, select",
    option: "label",
    heading: "h1, h2, h3",
    dialog: "dialog",
    group: "[role=group], fieldset",
  };
  const clean = (text: string | null | undefined): string => (text ?? "").replace(/\s+/g, " ").trim();
  const labels = (element: Element): string => {
    const by = element.getAttribute("aria-labelledby");
    if (by !== null)
      return by
        .split(" ")
        .map((id) => clean(document.getElementById(id)?.textContent))
        .join(" ");
    const own = "labels" in element ? [...((element as HTMLInputElement).labels ?? [])] : [];
    return own.map((label) => clean(label.textContent)).join(" ");
  };
  const nameOf = (element: Element): string =>
    clean(element.getAttribute("aria-label")) || labels(element) || clean(element.textContent);
  const modal = [...document.querySelectorAll("dialog:modal")].at(-1);
  const reachable = (element: Element): boolean =>
    element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) &&
    element.closest("[inert]") === null &&
    (modal === undefined || modal.contains(element));
  const legend = (element: Element): string =>
    clean(element.closest("fieldset")?.querySelector("legend")?.textContent) ||
    clean(element.closest("[role=group]")?.getAttribute("aria-label"));
  const fits = (told: string): boolean => (name.endsWith("…") ? told.startsWith(name.slice(0, -1)) : told === name);
  return [...document.querySelectorAll(selectors[kind] ?? kind)].filter(
    (element) => reachable(element) && fits(nameOf(element)) && (!within || legend(element) === within),
  );
};

/** What people read, without what is hidden from them. */
// biome-ignore lint/performance/useDomNodeTextContent: what is hidden is not read.
export const readText = (): string => document.body.innerText;

/** The window of the page itself: a driver may run scripts in a world with another global object. */
interface Ear extends Window {
  heardByTests?: string[];
}

/** Hears, from now on, every state and address that the page puts into the history, and exceptions. */
export const listen = (): void => {
  const ear: Ear = window;
  if (ear.heardByTests !== undefined) return;
  const told: string[] = [];
  ear.heardByTests = told;
  for (const name of ["pushState", "replaceState"] as const) {
    const original = history[name].bind(history);
    history[name] = (state, unused, url) => {
      told.push(`history ${JSON.stringify(state)} ${String(url ?? "")}`);
      original(state, unused, url);
    };
  }
  addEventListener("error", ({ message }) => told.push(`exception ${message}`));
  addEventListener("unhandledrejection", ({ reason }) => told.push(`exception ${String(reason)}`));
};

export const heard = (): string[] => {
  const ear: Ear = window;
  return ear.heardByTests ?? [];
};
