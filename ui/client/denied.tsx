import { useEffect, useState } from "preact/hooks";
import { announce, Button, Code, copyText, Loading, Visible } from "../kit/index.ts";
import { denial, failures } from "../texts/failures.ts";
import type { Failure } from "./api.ts";
import { askWhyRefused, type Explained } from "./explanation.ts";
import { fieldNames } from "./failure.ts";
import { PlainFailure } from "./plain-failure.tsx";
import { nearestRules, operationOf, stanzaFor } from "./rules.ts";
import { type Rule, useSession } from "./session.ts";
import { Why } from "./why.tsx";

/**
 * What a page shows where a call failed. A denial explains itself: the server's reasons where the caller may ask for
 * them, else the caller's own rules; always the stanza that would help, as a text to send.
 *
 * Security: the text names who, operation and path, and never a value.
 */

/** `undefined`: being asked. `"unknown"`: the caller may not ask. */
type Reason = Explained | "unknown" | undefined;

const useReason = (failure: Failure): Reason => {
  const [reason, setReason] = useState<Reason>(undefined);
  useEffect(() => {
    let current = true;
    const { request } = failure;
    const { path, wrapTtl } = request;
    setReason(undefined);
    void askWhyRefused({ path, wrapTtl, operation: operationOf(request), fields: fieldNames(request) }).then(
      (found) => {
        if (current) setReason(found ?? "unknown");
      },
    );
    return () => {
      current = false;
    };
  }, [failure]);
  return reason;
};

const Nearest = ({ rules }: { readonly rules: readonly Rule[] }) => {
  if (rules.length === 0) return undefined;
  return (
    <>
      <p>{denial.nearest}</p>
      <ul class="failure-rules">
        {rules.map(({ pattern, capabilities }) => (
          <li key={pattern}>
            <code>
              <Visible text={pattern} />
            </code>{" "}
            <span>{capabilities.join(", ") || denial.denies}</span>
          </li>
        ))}
      </ul>
    </>
  );
};

interface HelpProps {
  readonly stanza: string | undefined;
  readonly operation: keyof typeof denial.operations;
  readonly path: string;
}

const Help = ({ stanza, operation, path }: HelpProps) => {
  const { who } = useSession();
  const copy = (): void => {
    const text = denial.request({
      who: who.name,
      mount: who.mount,
      entityId: who.entityId,
      server: location.origin,
      operation: denial.operations[operation],
      path,
      stanza,
    });
    void copyText(text, denial.requestName);
  };
  return (
    <>
      <h3>{denial.helps}</h3>
      {stanza === undefined ? <p>{denial.noStanza}</p> : <Code text={stanza.trimEnd()} label={denial.stanzaLabel} />}
      <p>
        <Button icon="copy" onClick={copy}>
          {denial.copy}
        </Button>
      </p>
    </>
  );
};

/** The panel of a 403. Needs a signed-in session. */
export const Denied = ({ failure }: { readonly failure: Failure }) => {
  const { rules } = useSession();
  const reason = useReason(failure);
  const { request } = failure;
  const asked = operationOf(request);
  const { path } = request;
  const title = failures.titles.denied;
  useEffect(() => announce(title), [failure, title]);
  const explained = reason === "unknown" ? undefined : reason;
  const operation = explained?.operation ?? asked;
  const own = reason === "unknown" || (explained && !explained.allowed && !explained.decidedBy);
  const near = own ? nearestRules(rules, path, asked === "list") : [];
  return (
    <section class="failure" aria-label={title}>
      <h2>{title}</h2>
      <p class="failure-what">
        {denial.operations[operation]}{" "}
        <code>
          <Visible text={path} />
        </code>
      </p>
      {reason === undefined ? (
        <Loading />
      ) : (
        <>
          {explained && <Why explained={explained} sentFields={fieldNames(request).length > 0} />}
          {reason === "unknown" && near.length === 0 && <p>{denial.noRule}</p>}
          <Nearest rules={near} />
          {!explained?.allowed && (
            <Help
              stanza={explained ? explained.suggestion : stanzaFor(path, operation)}
              operation={operation}
              path={path}
            />
          )}
        </>
      )}
    </section>
  );
};

export interface FailedProps {
  readonly failure: Failure;
  /** Asks again, as `useApi` gives it. */
  readonly again?: (() => void) | undefined;
  /** Something is written after it, so it is never done without a click. */
  readonly byClick?: boolean | undefined;
}

/** Whatever failed, in plain words, with what can be done about it. */
export const Failed = ({ failure, again, byClick }: FailedProps) =>
  // With another token than the session's, the session's rights say nothing.
  failure.kind === "denied" && failure.request.as === undefined ? (
    <Denied failure={failure} />
  ) : (
    <PlainFailure failure={failure} again={again} byClick={byClick} />
  );
