/** Focus goes back to where it was before, or to the heading where that is gone. */
export const giveBack = (to: EventTarget | null): void => {
  const target = to instanceof HTMLElement && to.isConnected ? to : document.querySelector<HTMLElement>("h1");
  target?.focus();
};
