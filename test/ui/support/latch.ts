/** A promise that is kept when a test says so. */

export interface Latch {
  readonly opened: Promise<void>;
  open(): void;
}

export const latch = (): Latch => {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
};
