import { useState } from "preact/hooks";
import { Empty, Icon, Row, Rows, Tag, TextField, useDrawn, useSaidCount } from "../../kit/index.ts";
import { hrefOf } from "../../routes.ts";
import { api } from "../../texts/api.ts";
import { groupsOf, matching } from "./places.ts";
import type { Endpoint } from "./spec.ts";

/** The paths of the server: mounts, and below each its paths; found by words across all. */

interface TreeProps {
  readonly endpoints: readonly Endpoint[];
  /** Paths of what is mounted. */
  readonly mounts: readonly string[];
  /** Empty: the mounts. */
  readonly prefix: string;
}

const Paths = ({ endpoints }: Pick<TreeProps, "endpoints">) => {
  const [drawn, more] = useDrawn(endpoints);
  return (
    <>
      <Rows label={api.title}>
        {drawn.map(({ template, action, summary, sudo }) => (
          <Row key={`${action} ${template}`} href={hrefOf("api", template, { method: action })}>
            <span class={`api-action api-${action}`}>{api.actions[action]}</span>
            <span class="api-path mono">{template}</span>
            {sudo && <Tag>{api.sudo}</Tag>}
            <span class="api-summary muted small">{summary}</span>
          </Row>
        ))}
      </Rows>
      {more}
    </>
  );
};

const Groups = ({ endpoints, mounts }: Pick<TreeProps, "endpoints" | "mounts">) => (
  <Rows label={api.title}>
    {groupsOf(endpoints, mounts).map(({ prefix, count }) => (
      <Row key={prefix} href={hrefOf("api", prefix)}>
        <Icon name="folder" />
        <span class="mono">{prefix}</span>
        <span class="muted small">{api.count(count)}</span>
      </Row>
    ))}
  </Rows>
);

export const Tree = ({ endpoints, mounts, prefix }: TreeProps) => {
  const [words, setWords] = useState("");
  const below = endpoints.filter(({ template }) => template.startsWith(prefix));
  const fitting = words.trim() === "" ? below : matching(below, words);
  useSaidCount(words.trim() === "" ? undefined : fitting.length);
  if (endpoints.length === 0) return <Empty>{api.nothing}</Empty>;
  return (
    <>
      {prefix === "" && <p class="muted">{api.about}</p>}
      <TextField label={api.filter} value={words} onInput={setWords} type="search" />
      {fitting.length === 0 && <Empty>{api.noneFit}</Empty>}
      {fitting.length > 0 &&
        (prefix === "" && words.trim() === "" ? (
          <Groups endpoints={fitting} mounts={mounts} />
        ) : (
          <Paths endpoints={fitting} />
        ))}
    </>
  );
};
