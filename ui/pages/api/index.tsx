import { useMemo } from "preact/hooks";
import { Failed } from "../../client/denied.tsx";
import { useSession } from "../../client/session.ts";
import { useApi } from "../../client/use-api.ts";
import { Empty, Loading, Page } from "../../kit/index.ts";
import { hrefOf } from "../../routes.ts";
import { api } from "../../texts/api.ts";
import type { PageComponent } from "../page.ts";
import { Form } from "./form.tsx";
import { type Found, findEndpoint } from "./places.ts";
import { type Action, endpointsOf } from "./spec.ts";
import { Tree } from "./tree.tsx";

/**
 * Any path of the server, as a form made from its OpenAPI document, for what has no page of its own. The document is
 * asked for here and nowhere else.
 */

const isAction = (text: string | undefined): text is Action => text !== undefined && text in api.actions;

const ApiPage: PageComponent = ({ place }) => {
  const { answer, again } = useApi({ method: "GET", path: "sys/internal/specs/openapi" });
  // Read once for each answer, not at every keystroke.
  const endpoints = useMemo(() => (answer?.ok ? endpointsOf(answer.json) : []), [answer]);
  const session = useSession();
  const mounts = [...session.secretMounts.map(({ path }) => path), ...session.authMounts.map(({ path }) => path)];
  const { method } = place.query;
  const isGroup = place.path === "" || (place.path.endsWith("/") && !isAction(method));
  const crumbs = [{ label: api.title, href: place.path === "" ? undefined : hrefOf("api") }];
  if (!answer?.ok)
    return (
      <Page title={place.path || api.title} crumbs={crumbs}>
        {answer ? <Failed failure={answer} again={again} /> : <Loading />}
      </Page>
    );
  const found: Found | undefined = isGroup
    ? undefined
    : findEndpoint(endpoints, place.path, isAction(method) ? method : undefined);
  if (found)
    return (
      <Form
        key={`${found.endpoint.action} ${found.endpoint.template}`}
        found={found}
        endpoints={endpoints}
        mounts={mounts}
      />
    );
  return (
    <Page title={place.path || api.title} mono={place.path !== ""} crumbs={place.path === "" ? [] : crumbs}>
      {isGroup ? (
        <Tree endpoints={endpoints} mounts={mounts} prefix={place.path} />
      ) : (
        <Empty>{api.unknown(place.path)}</Empty>
      )}
    </Page>
  );
};

export default ApiPage;
