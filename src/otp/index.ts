export { barcode, otpauthUrl, type QrCode, qrCode } from "./enrolment.ts";
export {
  ALGORITHMS,
  codeAt,
  keyFromBase32,
  matchingSteps,
  newKey,
  type TotpKey,
  type TotpRules,
} from "./totp.ts";
