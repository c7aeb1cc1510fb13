/** Light, dark, or as the system: the one thing that the page keeps in the browser's storage. */

export const THEMES = ["system", "light", "dark"] as const;
type Theme = (typeof THEMES)[number];

const KEY = "theme";

/** A browser may forbid storage: the theme then lasts as long as the tab. */
export const keptTheme = (): Theme => {
  try {
    const kept = localStorage.getItem(KEY);
    return THEMES.find((theme) => theme === kept) ?? "system";
  } catch {
    return "system";
  }
};

const draw = (theme: Theme): void => {
  if (theme === "system") document.documentElement.removeAttribute("data-theme");
  else document.documentElement.setAttribute("data-theme", theme);
};

export const chooseTheme = (theme: Theme): void => {
  draw(theme);
  try {
    if (theme === "system") localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, theme);
  } catch {
    // It lasts as long as the tab.
  }
};

/** Before anything is drawn; and when another tab chooses. */
export const startTheme = (): void => {
  draw(keptTheme());
  addEventListener("storage", () => draw(keptTheme()));
};
