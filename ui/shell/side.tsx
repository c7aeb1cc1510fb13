import { useEffect, useState } from "preact/hooks";
import { APPLE } from "../client/platform.ts";
import type { Session } from "../client/session.ts";
import { useListener } from "../client/use-listener.ts";
import { Icon, IconButton, Link } from "../kit/index.ts";
import { hrefOf, type Place } from "../routes.ts";
import { shell } from "../texts/shell.ts";
import { entryOf, groupsFor } from "./entries.ts";
import { search } from "./search.ts";
import { WhoIsHere } from "./who-is-here.tsx";

/** The column with the navigation; on a narrow screen a bar, whose button opens it. */

export const Brand = () => (
  <Link class="shell-brand" href={hrefOf("home")}>
    <Icon name="shield" />
    {shell.product}
  </Link>
);

const Navigation = ({ session, place }: { readonly session: Session; readonly place: Place | undefined }) => (
  <nav class="shell-nav" aria-label={shell.main}>
    {groupsFor(session).map((group) => (
      <ul key={group.label} aria-label={group.label}>
        {group.entries.map(({ page, label, icon }) => (
          <li key={page}>
            <Link class="shell-entry" href={hrefOf(page)} current={place && entryOf(place.page) === page}>
              <Icon name={icon} />
              {label}
            </Link>
          </li>
        ))}
      </ul>
    ))}
  </nav>
);

interface SideProps {
  readonly session: Session;
  readonly place: Place | undefined;
}

export const Side = ({ session, place }: SideProps) => {
  const [open, setOpen] = useState(false);
  useEffect(() => setOpen(false), [place]);
  useListener(["keydown"], ({ key }) => key === "Escape" && setOpen(false), { active: open });
  return (
    <header class={open ? "shell-side open" : "shell-side"}>
      <div class="shell-bar">
        <Brand />
        <span class="shell-bar-buttons">
          <IconButton icon="search" label={shell.search} onClick={search} />
          <button
            class="button quiet square"
            type="button"
            aria-label={shell.menu}
            aria-expanded={open}
            onClick={() => setOpen(!open)}
          >
            <Icon name={open ? "close" : "menu"} />
          </button>
        </span>
      </div>
      <div class="shell-drawer">
        <button class="shell-search" type="button" onClick={search}>
          <Icon name="search" />
          {shell.search}
          <span class="shell-key" aria-hidden="true">
            {shell.searchKey(APPLE)}
          </span>
        </button>
        <Navigation session={session} place={place} />
        <WhoIsHere session={session} />
      </div>
    </header>
  );
};
