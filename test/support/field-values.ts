import fc from "fast-check";
import type { Endpoint } from "./every-path.ts";

/** Values for fields, by the type their documentation names: that mean something, that are edges, and of other types. */

const VALUES: Readonly<Record<string, readonly unknown[]>> = {
  string: ["web", "", "a/b", "*", "{{x}}", "0", "é", 7, true, ["a"]],
  bool: [true, false, "true", "no", 0, 1, "", null],
  int: [0, 1, -1, 2147483647, 9007199254740991, "5", "x", 1.5, null],
  "duration (sec)": [0, 1, "1h", "-1s", "0s", "87600h", -1, 9e15, "x", ""],
  slice: [[], ["a"], ["a", "a"], "a,b", "", [""], [1, true], {}, null],
  map: [{}, { a: "b" }, { "": "" }, ["a=b"], "a=b", "x", null],
};
const OTHERS: readonly unknown[] = ["web", "", 7, null, {}, []];

/** Stands for a field that is not sent. */
const ABSENT = Symbol("absent");

export type Body = Readonly<Record<string, unknown>>;

const bodyOf = (names: readonly string[], values: readonly unknown[]): Body =>
  Object.fromEntries(
    names.map((name, index) => [name, values[index]] as const).filter(([, value]) => value !== ABSENT),
  );

/** Any combination of values of an operation's fields. */
export const bodiesOf = ({ fields }: Endpoint): fc.Arbitrary<Body> =>
  fc.tuple(...fields.map(({ type }) => fc.constantFrom(ABSENT, ...(VALUES[type] ?? OTHERS)))).map((values) =>
    bodyOf(
      fields.map(({ name }) => name),
      values,
    ),
  );

const isPrime = (n: number): boolean => {
  for (let by = 2; by * by <= n; by++) if (n % by === 0) return false;
  return n > 1;
};

/**
 * Bodies in which every value of every field meets every value of every other field, `good` values among them. They are
 * the rows of an orthogonal array of strength two: in row (a, b) of a field's prime q, field i has value a · i + b.
 */
export const pairedBodies = ({ fields }: Endpoint, good: Body) => {
  const names = fields.map(({ name }) => name);
  const values = fields.map(({ name, type }) => [
    ABSENT,
    ...(name in good ? [good[name]] : []),
    ...(VALUES[type] ?? OTHERS),
  ]);
  let q = Math.max(2, fields.length, ...values.map(({ length }) => length));
  while (!isPrime(q)) q += 1;
  return {
    count: q * q,
    at: (row: number): Body => {
      const [a, b] = [Math.floor(row / q), row % q];
      return bodyOf(
        names,
        values.map((of, index) => of[((a * index + b) % q) % of.length]),
      );
    },
  };
};

/** A good body with two fields changed, or one where there is one. */
export const mutatedBodies = ({ fields }: Endpoint, good: Body): fc.Arbitrary<Body> => {
  const change = fc
    .constantFrom(...fields)
    .chain(({ name, type }) =>
      fc.constantFrom(ABSENT, ...(VALUES[type] ?? OTHERS)).map((value) => [name, value] as const),
    );
  return fc.array(change, { minLength: 1, maxLength: 2 }).map((changes) => {
    const all = { ...good, ...Object.fromEntries(changes) };
    return bodyOf(Object.keys(all), Object.values(all));
  });
};
