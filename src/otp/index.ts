export { barcode, otpauthUrl } from "./enrolment.ts";
export { ALGORITHMS, newKey, type TotpRules } from "./totp.ts";
