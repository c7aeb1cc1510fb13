import { DiffText } from "../../kit/index.ts";

/** Two texts of a policy. A policy is not a secret: nothing is masked. */
export const Compare = ({ before, after }: { readonly before: string; readonly after: string }) => (
  <div class="policies-compare">
    <DiffText before={before} after={after}>
      {(text) => text}
    </DiffText>
  </div>
);
