import { useEffect, useRef, useState } from "preact/hooks";
import { expectArrival, Loading } from "../kit/index.ts";
import type { PageComponent } from "../pages/page.ts";
import { PAGE_ENTRIES } from "../pages/registry.ts";
import type { PageName, Place } from "../routes.ts";
import { FailedPage } from "./notices.tsx";

/** The page of an address, loaded when it is first opened. The one before stays until then. */

type Loaded = { readonly name: PageName; readonly Component: PageComponent | "failed" };

const loaded = new Map<PageName, PageComponent>();

/** A new address is a new page, also of the same kind; what comes after `?` is not. The first is there already. */
const useMoves = (key: string | undefined): void => {
  const before = useRef<string | undefined>(undefined);
  if (before.current === key) return;
  // Before the page is drawn, which then takes the focus.
  if (before.current !== undefined) expectArrival();
  before.current = key;
};

export const CurrentPage = ({ place }: { readonly place: Place }) => {
  const [current, setCurrent] = useState<Loaded & { readonly place: Place }>();
  useEffect(() => {
    const { page: name } = place;
    const there = loaded.get(name);
    if (there) return setCurrent({ name, Component: there, place });
    let wanted = true;
    PAGE_ENTRIES[name].load().then(
      (module) => {
        loaded.set(name, module.default);
        if (wanted) setCurrent({ name, Component: module.default, place });
      },
      () => {
        if (wanted) setCurrent({ name, Component: "failed", place });
      },
    );
    return () => {
      wanted = false;
    };
  }, [place]);
  const key = current && `${current.name}/${current.place.path}`;
  useMoves(key);
  if (!current) return <Loading />;
  const { Component } = current;
  if (Component === "failed") return <FailedPage />;
  return (
    <>
      {current.place !== place && current.name !== place.page && <Loading />}
      <Component key={key} place={current.place} />
    </>
  );
};
