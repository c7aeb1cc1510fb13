import { TypeRegistry } from "@smithy/core/schema";
import type {
  $SchemaRef,
  StaticErrorSchema,
  StaticListSchema,
  StaticMapSchema,
  StaticOperationSchema,
  StaticStructureSchema,
  StaticUnionSchema,
} from "@smithy/types";

/**
 * Schemas in the SDK's own form, which its codecs walk to write requests and read answers. What a schema does not name
 * does not pass, in either direction: the members are those of a type, so that the compiler sees one that is missing.
 * `test/unit/aws-clients/schemas.test.ts` compares those of operations with the SDK's.
 */

/** Smithy's numbers for the simple shapes; see `schema/sentinels` of `@smithy/types`. */
export const TEXT = 0;
export const NUMBER = 1;
export const TRUTH = 2;
export const BYTES = 21;

/** One schema for each member of `T`. */
type Members<T> = Readonly<Record<keyof T & string, $SchemaRef>>;

/** The SDK gives the constructor an empty object and sets the message afterwards. */
const errorOf = (name: string) =>
  class extends Error {
    override readonly name = name;
    constructor() {
      super("");
    }
  };

/** The builders of one service's schemas. */
export const schemasOf = (namespace: string) => {
  const structure = <T>(name: string, members: Members<T>): StaticStructureSchema => [
    3,
    namespace,
    name,
    0,
    Object.keys(members),
    Object.values(members),
  ];
  return {
    structure,
    list: (name: string, member: $SchemaRef): StaticListSchema => [1, namespace, name, 0, member],
    map: (name: string, value: $SchemaRef): StaticMapSchema => [2, namespace, name, 0, TEXT, value],
    /** One of which the codec takes the members as they come. */
    union: (name: string): StaticUnionSchema => [4, namespace, name, 0, [], []],
    operation: (name: string, input: StaticStructureSchema, output: StaticStructureSchema): StaticOperationSchema => [
      9,
      namespace,
      name,
      0,
      () => input,
      () => output,
    ],
    /**
     * Errors whose members are read. Any other comes as an `Error` with the service's name for it, as these do.
     */
    errors: (known: Readonly<Record<string, Readonly<Record<string, $SchemaRef>>>>): TypeRegistry => {
      const registry = new TypeRegistry(namespace);
      for (const [name, members] of Object.entries(known)) {
        const schema: StaticErrorSchema = [
          -3,
          namespace,
          name,
          { error: "client" },
          Object.keys(members),
          Object.values(members),
        ];
        registry.registerError(schema, errorOf(name));
      }
      return registry;
    },
  };
};
