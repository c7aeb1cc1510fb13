import type { ComponentChildren } from "preact";
import { Icon, type IconName } from "./icon.tsx";

/** Things to press. A button says what it does with a verb; `label` where the text alone does not say on what. */

export interface ButtonProps {
  readonly kind?: "primary" | "plain" | "quiet" | "danger" | undefined;
  readonly onClick?: ((event: MouseEvent) => void) | undefined;
  readonly type?: "button" | "submit" | undefined;
  /** At work: further clicks do nothing, and focus stays. */
  readonly busy?: boolean | undefined;
  readonly disabled?: boolean | undefined;
  readonly label?: string | undefined;
  readonly icon?: IconName | undefined;
  readonly children: ComponentChildren;
}

export const Button = ({
  kind = "plain",
  onClick,
  type = "button",
  busy,
  disabled,
  label,
  icon,
  children,
}: ButtonProps) => (
  <button
    class={`button ${kind}`}
    type={type}
    disabled={disabled}
    aria-disabled={busy || undefined}
    aria-busy={busy || undefined}
    aria-label={label}
    onClick={(event) => {
      if (busy) event.preventDefault();
      else onClick?.(event);
    }}
  >
    {icon && <Icon name={icon} />}
    {children}
  </button>
);

interface IconButtonProps {
  readonly icon: IconName;
  readonly label: string;
  readonly onClick: (event: MouseEvent) => void;
  readonly pressed?: boolean | undefined;
  readonly disabled?: boolean | undefined;
}

export const IconButton = ({ icon, label, onClick, pressed, disabled }: IconButtonProps) => (
  <button
    class="button quiet square"
    type="button"
    aria-label={label}
    aria-pressed={pressed}
    title={label}
    disabled={disabled}
    onClick={onClick}
  >
    <Icon name={icon} />
  </button>
);
