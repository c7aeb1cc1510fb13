import { useSession } from "../../client/session.ts";
import { Empty, Page, Tabs } from "../../kit/index.ts";
import { navigate } from "../../router.ts";
import { hrefOf, type Place } from "../../routes.ts";
import { access } from "../../texts/access.ts";
import type { PageComponent } from "../page.ts";
import { ApplicationPage } from "./application.tsx";
import { Applications } from "./applications.tsx";
import { GroupPage } from "./group.tsx";
import { Groups } from "./groups.tsx";
import { ItemPage } from "./method-item.tsx";
import { Methods } from "./methods.tsx";
import { PARTS } from "./parts.ts";
import { People } from "./people.tsx";
import { PersonPage } from "./person.tsx";

/** Who has access, and how they sign in: people, groups, methods with their users and roles, applications. */

const TABS = ["people", "groups", "methods", "applications"] as const;
type Tab = (typeof TABS)[number];

const useTabs = (): readonly Tab[] => {
  const { may, authMounts } = useSession();
  const lists = authMounts.flatMap(({ path, type }) => {
    const bare = path.replace(/^auth\//, "");
    return (PARTS[type] ?? []).map((part) => ({ type, path: `auth/${bare}${part.path}` }));
  });
  const shown: Readonly<Record<Tab, boolean>> = {
    people: may("identity/entity/id", "list") || may("sys/locked-users", "read"),
    groups: may("identity/group/id", "list"),
    methods: lists.some(({ path }) => may(path, "list")),
    applications: lists.some(
      ({ type, path }) => type === "approle" && (may(path, "list") || may(`${path}/x`, "update")),
    ),
  };
  return TABS.filter((tab) => shown[tab]);
};

const PANELS = { people: People, groups: Groups, methods: Methods, applications: Applications } as const;

const Lists = ({ place }: { readonly place: Place }) => {
  const tabs = useTabs();
  const selected = tabs.find((tab) => tab === place.query["tab"]) ?? tabs[0];
  if (!selected)
    return (
      <Page title={access.title}>
        <Empty>{access.nothing}</Empty>
      </Page>
    );
  const Panel = PANELS[selected];
  return (
    <Page title={access.title}>
      <Tabs
        label={access.tabsLabel}
        tabs={tabs.map((id) => ({ id, label: access.tabs[id] }))}
        selected={selected}
        onSelect={(tab) => navigate(hrefOf("access", "", { tab }), { replace: true })}
      >
        <Panel key={selected} />
      </Tabs>
    </Page>
  );
};

const Access: PageComponent = ({ place }) => {
  const [kind = "", id = ""] = place.path.split("/");
  const { mount = "", part = "", name = "" } = place.query;
  if (kind === "people" && id !== "") return <PersonPage key={id} id={id} />;
  if (kind === "groups" && id !== "") return <GroupPage key={id} id={id} />;
  if (kind === "methods" && name !== "")
    return <ItemPage key={`${mount} ${part} ${name}`} mount={mount} part={part} name={name} />;
  if (kind === "applications" && name !== "")
    return <ApplicationPage key={`${mount} ${name}`} mount={mount} name={name} />;
  return <Lists place={place} />;
};

export default Access;
