import { useState } from "preact/hooks";
import { type Rule, useSession } from "../../client/session.ts";
import { Note, Section, TextField, useSaidCount, Visible } from "../../kit/index.ts";
import { me } from "../../texts/me.ts";

/** What all of one's policies amount to, rule by rule. */

const FILTER_FROM = 12;

/** Rules of the server's own parts, which most tokens have alike, come last. */
const isOfServer = ({ pattern }: Rule): boolean => /^(sys|auth|identity|cubbyhole)\//.test(pattern);

export const Rules = () => {
  const { rules, who } = useSession();
  const [filter, setFilter] = useState("");
  const wanted = filter.trim().toLowerCase();
  const ordered = [...rules].sort((a, b) => Number(isOfServer(a)) - Number(isOfServer(b)));
  const shown = ordered.filter(({ pattern }) => pattern.toLowerCase().includes(wanted));
  useSaidCount(wanted === "" ? undefined : shown.length);
  return (
    <Section title={me.rules}>
      {who.root && <Note kind="warn">{me.root}</Note>}
      {!who.root && rules.length === 0 && <p>{me.noRules}</p>}
      {rules.length >= FILTER_FROM && (
        <TextField label={me.rulesFilter} type="search" value={filter} onInput={setFilter} />
      )}
      {rules.length > 0 && (
        <ul class="me-rules lines" aria-label={me.rulesLabel}>
          {shown.map(({ pattern, capabilities }) => (
            <li key={pattern}>
              <code>
                <Visible text={pattern} />
              </code>
              <span class="muted">{capabilities.join(" ") || me.denies}</span>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
};
