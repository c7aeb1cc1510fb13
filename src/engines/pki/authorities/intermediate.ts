import { z } from "zod";
import { type BackendContext, type DataReply, field } from "../../../framework/index.ts";
import { pemBlock } from "../../../x509/index.ts";
import { alternativeNamesExtension, basicConstraints, makeRequest, present } from "../../../x509/issuing/index.ts";
import { subjectFor } from "../issuing/certificate-plan.ts";
import { writable } from "./certificates.ts";
import { createDraft } from "./draft.ts";
import { datesAsked, formats, keyAsked, namesAsked, signatureAsked } from "./fields.ts";
import { addedKey, generationOf, howOf, materialOf, signerOf } from "./generation.ts";
import { changeIndex, findIndex } from "./index-entry.ts";
import { formatOf, keyText } from "./key-formats.ts";
import type { Material } from "./key-material.ts";
import { keyNameFor } from "./names.ts";
import { alternativeNamesFor } from "./requested-names.ts";
import { hasUrls } from "./urls.ts";
import { validityFor } from "./validity.ts";
import { NO_ADDRESSES_FOR_INTERMEDIATE } from "./warnings.ts";

/** Intermediates: the request for a certificate over a key of the mount, which another authority signs. */

export const RequestInput = z.object({
  ...namesAsked,
  ...datesAsked,
  ...formats,
  ...keyAsked,
  ...signatureAsked,
  add_basic_constraints: field.flag("Ask for an authority in the request itself; some other programs need it."),
});
type RequestInput = z.output<typeof RequestInput>;

export const RequestShown = z.object({
  csr: z.string(),
  key_id: z.string(),
  private_key: z.string().optional().describe("only of `exported`, and only here"),
  private_key_type: z.string().optional(),
});

const requestOver = (material: Material, input: RequestInput): Buffer => {
  const { common_name = "", serial_number = "", add_basic_constraints = false } = input;
  const signer = signerOf(material, input);
  const subject = subjectFor(input, { commonName: common_name, serialNumber: serial_number });
  const alternative = alternativeNamesFor(input, common_name);
  return writable(() =>
    makeRequest(
      {
        subject,
        extensions: present(
          alternativeNamesExtension(alternative, subject.length === 0),
          add_basic_constraints ? basicConstraints({}) : undefined,
        ),
      },
      signer,
    ),
  );
};

/** Makes a request. Throws with the reference's texts. */
export const generateIntermediate = async (
  exported: string,
  input: RequestInput,
  cx: BackendContext,
): Promise<DataReply<z.output<typeof RequestShown>>> => {
  const how = howOf(exported, input);
  const format = formatOf(input.format);
  const before = await findIndex(cx);
  const generation = generationOf(how, input, before);
  keyNameFor(before, input.key_name);
  const { warnings } = validityFor(input, cx);
  const material = await materialOf(generation, cx);
  const der = requestOver(material, input);
  const shown = format === "der" ? der.toString("base64") : pemBlock("CERTIFICATE REQUEST", der);
  const text = how === "exported" ? keyText(material, { format, pkcs8: input.private_key_format === "pkcs8" }) : "";
  return changeIndex(cx, (index) => {
    const draft = createDraft(index, cx);
    const key = addedKey(draft, generation, material, keyNameFor(index, input.key_name));
    const data = {
      csr: how === "exported" && format === "pem_bundle" ? `${text}\n${shown}` : shown,
      key_id: key.id,
      ...(how === "exported" && { private_key: text, private_key_type: material.type }),
    };
    const said = [...(hasUrls(index.urls) ? [] : [NO_ADDRESSES_FOR_INTERMEDIATE]), ...warnings];
    return { next: key.existed ? undefined : draft.index(), also: draft.writes(), result: { data, warnings: said } };
  });
};
