import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import type { Failure, JsonObject } from "../../client/api.ts";
import { Failed } from "../../client/denied.tsx";
import { useApi } from "../../client/use-api.ts";

/** A part of the page that one call fills. One that the caller may not read is absent, and named at the end. */

interface PartProps {
  /** Below `/v1/`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>> | undefined;
  readonly onDenied: (failure: Failure) => void;
  /** Of its `data`; `undefined`: there is none (404), which for counts means none. And of the whole answer. */
  readonly children: (data: JsonObject | undefined, whole: JsonObject) => ComponentChildren;
}

export const Part = ({ path, query, onDenied, children }: PartProps) => {
  const { answer, again } = useApi({ method: "GET", path, query });
  const denied = answer && !answer.ok && answer.kind === "denied" ? answer : undefined;
  useEffect(() => {
    if (denied) onDenied(denied);
  }, [denied]);
  if (!answer || denied) return null;
  if (answer.ok) return <>{children(answer.data, answer.json)}</>;
  if (answer.kind === "not-found") return <>{children(undefined, {})}</>;
  return <Failed failure={answer} again={again} />;
};
