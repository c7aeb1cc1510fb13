import { APPLE } from "../client/platform.ts";
import { useListener } from "../client/use-listener.ts";
import { navigate } from "../router.ts";
import { hrefOf } from "../routes.ts";

/** Ctrl+K, or ⌘K: to the search of the start page, from anywhere. */

export const search = (): void => {
  const home = hrefOf("home");
  if (location.pathname !== home) navigate(home);
  else document.querySelector<HTMLElement>(".page input[type=search], .page [data-autofocus]")?.focus();
};

export const useSearchKey = (active: boolean): void => {
  const press = (event: KeyboardEvent): void => {
    if (event.key.toLowerCase() !== "k" || !(APPLE ? event.metaKey : event.ctrlKey) || event.altKey || event.shiftKey)
      return;
    event.preventDefault();
    if (!document.querySelector("dialog:modal")) search();
  };
  useListener(["keydown"], press, { active });
};
