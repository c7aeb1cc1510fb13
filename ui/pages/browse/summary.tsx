import { serverNow } from "../../client/clock.ts";
import type { KvPath } from "../../client/kv.ts";
import { type End, endOf, stateOf } from "../../client/kv-metadata.ts";
import { Link, Note, Tag, Time, useNow } from "../../kit/index.ts";
import { hrefOf } from "../../routes.ts";
import { browse } from "../../texts/browse.ts";
import type { Secret } from "./use-secret.ts";

/** Which version this is, when it was written, and when it ends. */

const Ends = ({ end, now }: { readonly end: End; readonly now: number }) => {
  const over = end.at <= now;
  return (
    <span title={end.why === "noted" ? browse.endNoted : browse.endDeleted}>
      {over ? <Tag kind="warn">{browse.expired}</Tag> : browse.expires} <Time at={end.at} exact />
    </span>
  );
};

export const Summary = ({ at, secret }: { readonly at: KvPath; readonly secret: Secret }) => {
  useNow();
  // As of this drawing: what was deleted since the last tick is deleted.
  const now = serverNow();
  const { version, metadata } = secret;
  if (!version) return null;
  const end = endOf(version, version.custom, now);
  const state = stateOf(version, now);
  const latest = metadata?.current;
  return (
    <>
      <p class="browse-summary">
        <span>
          {latest === undefined ? browse.versionOnly(version.number) : browse.versionOf(version.number, latest)}
        </span>
        {version.createdAt !== undefined && (
          <span>
            <span class="unseen-text">{browse.written} </span>
            <Time at={version.createdAt} />
          </span>
        )}
        {state === "deleted" && <Tag>{browse.deletedAt}</Tag>}
        {state === "destroyed" && <Tag>{browse.destroyedTag}</Tag>}
        {end && <Ends end={end} now={now} />}
      </p>
      {latest !== undefined && version.number !== latest && (
        <Note kind="info">
          <p>
            {browse.older(version.number)} <Link href={hrefOf("browse", at.mount + at.path)}>{browse.latest}</Link>
          </p>
        </Note>
      )}
    </>
  );
};
