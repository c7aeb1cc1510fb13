import { playAreas } from "./play.ts";

/** Stories whose room of the engine is still being built, by room: they are played and may fail. */
const ISSUING = [
  "pki/issue",
  "pki/leaf-outlives-issuer",
  "pki/lease",
  "pki/no-ca-yet",
  "pki/no-store",
  "pki/sign-tampered",
  "pki/sign",
];
playAreas(["pki"], { sweeps: true, waiting: ISSUING });
