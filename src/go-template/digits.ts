/** Floats as decimal and hexadecimal digits, rounded as Go does. Source: Go documentation, package strconv, `FormatFloat`. */

/** 0.d1d2d3… times ten to the power of `point`. */
export interface Digits {
  readonly digits: string;
  readonly point: number;
}

const ZERO: Digits = { digits: "", point: 0 };

/** A double is `mantissa` times two to the power of `exponent`. */
const parts = (value: number): { readonly mantissa: bigint; readonly exponent: number } => {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, Math.abs(value));
  const bits = view.getBigUint64(0);
  const biased = Number(bits >> 52n);
  const fraction = bits & ((1n << 52n) - 1n);
  return biased === 0
    ? { mantissa: fraction, exponent: -1074 }
    : { mantissa: fraction | (1n << 52n), exponent: biased - 1075 };
};

const trimmed = (digits: string, point: number): Digits => {
  let end = digits.length;
  while (end > 0 && digits[end - 1] === "0") end -= 1;
  return end === 0 ? ZERO : { digits: digits.slice(0, end), point };
};

/** The fewest digits that name this float and no other. */
export const shortest = (value: number): Digits => {
  const [mantissa = "", exponent = "0"] = Math.abs(value).toExponential().split("e");
  return value === 0 ? ZERO : trimmed(mantissa.replace(".", ""), Number(exponent) + 1);
};

/** All digits of a float: it is a whole number over a power of ten. */
const exact = (value: number): Digits => {
  const { mantissa, exponent } = parts(value);
  const places = Math.max(0, -exponent);
  const whole = exponent >= 0 ? mantissa << BigInt(exponent) : mantissa * 5n ** BigInt(places);
  const digits = whole.toString();
  return whole === 0n ? ZERO : trimmed(digits, digits.length - places);
};

/** To this many digits; a half goes to the even neighbour. */
const rounded = ({ digits, point }: Digits, count: number): Digits => {
  if (count >= digits.length) return { digits, point };
  if (count < 0) return ZERO;
  const rest = digits.slice(count);
  const isOdd = count > 0 && Number(digits[count - 1]) % 2 === 1;
  const isHalf = rest === "5";
  const goesUp = isHalf ? isOdd : (rest[0] ?? "0") >= "5";
  const kept = digits.slice(0, count);
  if (!goesUp) return trimmed(kept, point);
  const more = (BigInt(`0${kept}`) + 1n).toString().padStart(count, "0");
  return trimmed(more, more.length > count ? point + 1 : point);
};

/** `%e`; `precision`: digits after the point. */
const withExponent = ({ digits, point }: Digits, precision: number, letter: string): string => {
  const all = digits.padEnd(precision + 1, "0");
  const power = digits === "" ? 0 : point - 1;
  const fraction = precision > 0 ? `.${all.slice(1, precision + 1)}` : "";
  const size = String(Math.abs(power)).padStart(2, "0");
  return `${all[0] ?? "0"}${fraction}${letter}${power < 0 ? "-" : "+"}${size}`;
};

/** `%f` */
const withPoint = ({ digits, point }: Digits, precision: number): string => {
  const whole = point > 0 ? digits.slice(0, point).padEnd(point, "0") : "0";
  if (precision <= 0) return whole;
  const fraction = point > 0 ? digits.slice(point) : "0".repeat(Math.min(precision, -point)) + digits;
  return `${whole}.${fraction.padEnd(precision, "0").slice(0, precision)}`;
};

/** `%g`: the shorter of both. */
const general = (value: number, precision: number, letter: string): string => {
  const wanted = Math.max(1, precision);
  const found = precision < 0 ? shortest(value) : rounded(exact(value), wanted);
  const count = found.digits.length;
  const most = precision < 0 ? 6 : wanted > count && count >= found.point ? count : wanted;
  const exponent = found.point - 1;
  const digits = precision < 0 ? count : wanted;
  if (exponent < -4 || exponent >= most) return withExponent(found, Math.min(digits, count) - 1, letter);
  return withPoint(found, Math.max((digits > found.point ? count : digits) - found.point, 0));
};

/** `%b` */
const binary = (value: number): string => {
  const { mantissa, exponent } = parts(value);
  return `${mantissa}p${exponent < 0 ? "-" : "+"}${Math.abs(exponent)}`;
};

/** `%x`: the mantissa is kept with its first digit at bit 60, as fifteen hexadecimal digits behind a one. */
const hexadecimal = (value: number, precision: number): string => {
  const found = parts(value);
  let mantissa = found.mantissa << 8n;
  let exponent = mantissa === 0n ? 0 : found.exponent + 52;
  for (; mantissa !== 0n && !(mantissa & (1n << 60n)); exponent -= 1) mantissa <<= 1n;
  if (precision >= 0 && precision < 15) {
    const unit = 1n << BigInt(60 - precision * 4);
    const rest = mantissa % unit;
    mantissa -= rest;
    if (rest * 2n > unit || (rest * 2n === unit && (mantissa / unit) % 2n === 1n)) mantissa += unit;
    if (mantissa & (1n << 61n)) {
      mantissa >>= 1n;
      exponent += 1;
    }
  }
  const all = (mantissa & ((1n << 60n) - 1n)).toString(16).padStart(15, "0");
  const fraction = precision < 0 ? all.replace(/0+$/, "") : all.padEnd(precision, "0").slice(0, precision);
  const size = String(Math.abs(exponent)).padStart(2, "0");
  return `0x${mantissa >> 60n}${fraction === "" ? "" : `.${fraction}`}p${exponent < 0 ? "-" : "+"}${size}`;
};

const unsigned = (value: number, format: string, precision: number): string => {
  switch (format) {
    case "b":
      return binary(value);
    case "x":
    case "X":
      return format === "x" ? hexadecimal(value, precision) : hexadecimal(value, precision).toUpperCase();
    case "f": {
      const found = precision < 0 ? shortest(value) : exact(value);
      const places = precision < 0 ? Math.max(0, found.digits.length - found.point) : precision;
      return withPoint(rounded(found, found.point + places), places);
    }
    case "e":
    case "E": {
      const found = precision < 0 ? shortest(value) : rounded(exact(value), precision + 1);
      return withExponent(found, precision < 0 ? Math.max(0, found.digits.length - 1) : precision, format);
    }
    default:
      return general(value, precision, format === "G" ? "E" : "e");
  }
};

/** `strconv.FormatFloat`; `precision` -1: as many digits as it takes. */
export const formatFloat = (value: number, format: string, precision: number): string => {
  if (Number.isNaN(value)) return "NaN";
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  if (!Number.isFinite(value)) return `${sign || "+"}Inf`;
  return sign + unsigned(value, format, precision);
};

/** As `%v` prints a float. */
export const floatText = (value: number): string => formatFloat(value, "g", -1);
