/** One suggestion of a combobox. */

interface OptionProps {
  readonly id: string;
  readonly text: string;
  readonly marked: boolean;
  readonly take: (text: string) => void;
}

export const Option = ({ id, text, marked, take }: OptionProps) => {
  const pick = (event: PointerEvent): void => {
    // Before the field loses focus.
    event.preventDefault();
    take(text);
  };
  return (
    <div class="menu-item mono" role="option" tabIndex={-1} id={id} aria-selected={marked} onPointerDown={pick}>
      {text}
    </div>
  );
};
