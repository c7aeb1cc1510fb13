import { piecesOf } from "./invisible.ts";

/** Characters that a reader would not see, or that turn text around, are marked; what is selected stays exact. */

export const Visible = ({ text }: { readonly text: string }) => (
  <>
    {piecesOf(text).map((piece) =>
      piece.mark === undefined ? (
        piece.text
      ) : (
        <bdi class="mark" data-mark={piece.mark}>
          {piece.text}
        </bdi>
      ),
    )}
  </>
);
