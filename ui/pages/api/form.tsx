import { useRef, useState } from "preact/hooks";
import { type Answer, call } from "../../client/api.ts";
import { announce, Button, ConfirmTyped, Page, Section, Segmented, useLeaveWarning } from "../../kit/index.ts";
import { navigate } from "../../router.ts";
import { hrefOf } from "../../routes.ts";
import { api } from "../../texts/api.ts";
import { Answered } from "./answered.tsx";
import { Commands } from "./commands.tsx";
import { InputField } from "./input.tsx";
import { type Found, groupsOf } from "./places.ts";
import { buildRequest, type Fault, keyOf, pathOf, type Values } from "./request.ts";
import { type Endpoint, FREE_INPUT, type Input } from "./spec.ts";

/** One path and what to do there: fields, the same as commands, the answer. What deletes wants the path typed. */

interface FormProps {
  readonly found: Found;
  readonly endpoints: readonly Endpoint[];
  readonly mounts: readonly string[];
}

const PARTS = ["path", "query", "body"] as const;

/** What cannot be undone: deleting, and the paths that destroy, seal or revoke many at once. */
const isFinal = ({ action, template }: Endpoint): boolean =>
  action === "delete" || /(^|\/)(destroy|revoke-prefix|revoke-force|seal)(\/|$)/.test(template);

const useSending = (endpoint: Endpoint, values: Values) => {
  const [faults, setFaults] = useState<ReadonlyMap<string, Fault>>(new Map());
  const [answer, setAnswer] = useState<Answer>();
  const [busy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const check = (): boolean => {
    const built = buildRequest(endpoint, values);
    setFaults("faults" in built ? built.faults : new Map());
    if ("request" in built) return true;
    announce(api.formWrong);
    // The first refused field, once it is drawn so.
    requestAnimationFrame(() => form.current?.querySelector<HTMLElement>("[aria-invalid]")?.focus());
    return false;
  };
  const send = async (): Promise<void> => {
    const built = buildRequest(endpoint, values);
    if (!("request" in built) || busy) return;
    setBusy(true);
    const got = await call(built.request);
    setBusy(false);
    setAnswer(got);
    if (got.ok) announce(api.answered(got.status));
  };
  return { faults, answer, busy, form, check, send };
};

/** Summaries begin small and have no full stop. */
const sentence = (summary: string): string => `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`;

const Actions = ({ found: { endpoint }, endpoints }: Pick<FormProps, "found" | "endpoints">) => {
  const among = endpoints.filter(({ template }) => template === endpoint.template);
  if (among.length < 2) return undefined;
  return (
    <Segmented
      label={api.method}
      value={endpoint.action}
      onChange={(method) => navigate(hrefOf("api", endpoint.template, { method }))}
      options={among.map(({ action }) => ({ value: action, label: api.actions[action] }))}
    />
  );
};

export const Form = ({ found, endpoints, mounts }: FormProps) => {
  const { endpoint, captured } = found;
  const given = Object.entries(captured).map(([name, value]) => [keyOf({ where: "path", name }), value] as const);
  const [values, setValues] = useState<Values>(Object.fromEntries(given));
  const { faults, answer, busy, form, check, send } = useSending(endpoint, values);
  const [asking, setAsking] = useState(false);
  const typed =
    endpoint.inputs.some((input) => input.where === "body" && values[keyOf(input)]) || values[keyOf(FREE_INPUT)];
  const warning = useLeaveWarning(Boolean(typed) && !answer?.ok);
  const [group] = groupsOf([endpoint], mounts);
  const field = (input: Input) => (
    <InputField
      key={keyOf(input)}
      input={input}
      value={values[keyOf(input)] ?? ""}
      fault={faults.get(keyOf(input))}
      onInput={(value) => setValues((old) => ({ ...old, [keyOf(input)]: value }))}
    />
  );
  const submit = (event: Event): void => {
    event.preventDefault();
    if (!check()) return;
    if (isFinal(endpoint)) setAsking(true);
    else void send();
  };
  const crumbs = [
    { label: api.title, href: hrefOf("api") },
    ...(group ? [{ label: group.prefix, href: hrefOf("api", group.prefix) }] : []),
  ];
  return (
    <Page title={endpoint.template} mono crumbs={crumbs}>
      <p class="muted">{sentence(endpoint.summary)}</p>
      <Actions found={found} endpoints={endpoints} />
      <form class="api-form" ref={form} onSubmit={submit}>
        {PARTS.map((where) => {
          const inputs = endpoint.inputs.filter((input) => input.where === where);
          return inputs.length === 0 ? undefined : (
            <Section key={where} title={api.fields[where]}>
              {inputs.map(field)}
            </Section>
          );
        })}
        {endpoint.free && <Section title={api.fields.more}>{field(FREE_INPUT)}</Section>}
        <div class="actions">
          <Button kind={isFinal(endpoint) ? "danger" : "primary"} type="submit" busy={busy}>
            {isFinal(endpoint) ? api.actions[endpoint.action] : api.send}
          </Button>
        </div>
      </form>
      {answer && <Answered answer={answer} again={() => void send()} />}
      <Commands endpoint={endpoint} values={values} />
      {asking && (
        <ConfirmTyped
          title={api.confirm.title(api.actions[endpoint.action], pathOf(endpoint, values))}
          name={pathOf(endpoint, values)}
          action={api.actions[endpoint.action]}
          onClose={() => setAsking(false)}
          onConfirm={() => {
            setAsking(false);
            void send();
          }}
        >
          <p>{api.confirm.text}</p>
        </ConfirmTyped>
      )}
      {warning}
    </Page>
  );
};
