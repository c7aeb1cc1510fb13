/** Vault's envelope, as a scripted server answers it. */
export const envelope = (members: Record<string, unknown> = {}): Record<string, unknown> => ({
  request_id: "r",
  lease_id: "",
  renewable: false,
  lease_duration: 0,
  data: null,
  wrap_info: null,
  warnings: null,
  auth: null,
  ...members,
});
