import { useState } from "preact/hooks";
import { Button, TextField } from "../../kit/index.ts";
import { navigate } from "../../router.ts";
import { hrefOf } from "../../routes.ts";
import { leases } from "../../texts/leases.ts";

/** For everybody: a lease whose id one has. */
export const IdForm = () => {
  const [id, setId] = useState("");
  const wanted = id.trim().replace(/^\/+|\/+$/g, "");
  return (
    <form
      class="form"
      onSubmit={(event) => {
        event.preventDefault();
        if (wanted !== "") navigate(hrefOf("leases", wanted));
      }}
    >
      <TextField label={leases.id} hint={leases.idHint} value={id} onInput={setId} mono />
      <div class="actions">
        <Button type="submit">{leases.look}</Button>
      </div>
    </form>
  );
};
