import type { ComponentChildren } from "preact";
import { Icon } from "./icon.tsx";

/** Short things to say around content: a note, an empty place, a tag, a part of a page with its heading. */

interface NoteProps {
  readonly kind: "warn" | "info" | "danger";
  readonly children: ComponentChildren;
  readonly actions?: ComponentChildren;
}

export const Note = ({ kind, children, actions }: NoteProps) => (
  <div class={`note ${kind}`} role="note">
    <Icon name={kind === "info" ? "info" : "alert"} />
    <div class="note-text">{children}</div>
    {actions && <div class="actions">{actions}</div>}
  </div>
);

export const Empty = ({
  children,
  action,
}: {
  readonly children: ComponentChildren;
  readonly action?: ComponentChildren;
}) => (
  <div class="empty">
    <p>{children}</p>
    {action}
  </div>
);

interface TagProps {
  readonly kind?: "added" | "removed" | "changed" | "same" | "warn" | undefined;
  readonly children: ComponentChildren;
}

export const Tag = ({ kind, children }: TagProps) => <span class={kind ? `tag ${kind}` : "tag"}>{children}</span>;

interface SectionProps {
  readonly title: string;
  readonly actions?: ComponentChildren;
  readonly children: ComponentChildren;
}

export const Section = ({ title, actions, children }: SectionProps) => (
  <section class="section">
    <div class="head">
      <h2>{title}</h2>
      {actions && <div class="actions">{actions}</div>}
    </div>
    {children}
  </section>
);

/** Names and what belongs to them: a field list. */
export const Facts = ({ children }: { readonly children: ComponentChildren }) => <dl class="facts">{children}</dl>;

export const Fact = ({
  name,
  mono,
  children,
}: {
  readonly name: ComponentChildren;
  readonly mono?: boolean;
  readonly children: ComponentChildren;
}) => (
  <div class="fact">
    <dt class={mono ? "mono" : undefined}>{name}</dt>
    <dd>{children}</dd>
  </div>
);
