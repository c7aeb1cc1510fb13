export { barcode, otpauthUrl } from "./enrolment.ts";
export { ALGORITHMS, isCode, matchingSteps, newKey, type TotpRules } from "./totp.ts";
