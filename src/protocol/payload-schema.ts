import type { Json } from "./json";

/** What a field may be; a closed set, so that types, pages and tests can all be made from it. */
export type FieldType =
  | "string"
  | "integer"
  | "ms" // since the epoch
  | "localTime" // `2024-05-06 20:55:30.190`, in the time zone of the instance's region
  | "utcTime" // `2024-05-06T12:55:30.190Z`
  | "stringOrInteger" // documented as one, seen as the other
  | "any" // as the thing model says, or not documented
  | { readonly oneOf: readonly string[] }
  | { readonly known: readonly string[] } // others may come
  | { readonly object: ObjectSchema }
  | { readonly list: FieldType }
  | { readonly map: FieldType }; // from an identifier of the thing model, or a name, to an entry

export type Field = FieldType | { readonly optional: FieldType };

export type ObjectSchema = Readonly<Record<string, Field>>;

/** The TypeScript type of a field type. */
export type ValueOf<T> = T extends "string" | "localTime" | "utcTime"
  ? string
  : T extends "integer" | "ms"
    ? number
    : T extends "stringOrInteger"
      ? string | number
      : T extends "any"
        ? Json
        : T extends { readonly oneOf: readonly (infer V)[] }
          ? V
          : T extends { readonly known: readonly string[] }
            ? string
            : T extends { readonly object: infer F }
              ? ObjectOf<F>
              : T extends { readonly list: infer I }
                ? readonly ValueOf<I>[]
                : T extends { readonly map: infer I }
                  ? Readonly<Record<string, ValueOf<I>>>
                  : never;

interface Optional {
  readonly optional: unknown;
}

type RequiredFields<F> = {
  readonly [K in keyof F as F[K] extends Optional ? never : K]: ValueOf<F[K]>;
};

type OptionalFields<F> = {
  readonly [K in keyof F as F[K] extends Optional ? K : never]?: F[K] extends {
    readonly optional: infer T;
  }
    ? ValueOf<T>
    : never;
};

/** The TypeScript type of an object with these fields. */
// As one object type and not as an intersection, so that editors show the fields.
export type ObjectOf<F> = RequiredFields<F> & OptionalFields<F> extends infer O
  ? { [K in keyof O]: O[K] }
  : never;
