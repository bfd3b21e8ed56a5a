/**
 * Small decoders: each turns an unknown value from the wire into a typed one, or throws a DecodeError that names the
 * member. Members that the console does not know are ignored, so that a newer station can speak to an older page.
 */
export type Decoder<T> = (value: unknown, path: string) => T;

/** The type that a decoder yields. */
export type Decoded<D> = D extends Decoder<infer T> ? T : never;

/** What could not be understood, and where. */
export class DecodeError extends Error {
  constructor(
    readonly path: string,
    expected: string,
    value: unknown,
  ) {
    super(`${path}: expected ${expected}, got ${describe(value)}`);
    this.name = 'DecodeError';
  }
}

function describe(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

export const str: Decoder<string> = (value, path) => {
  if (typeof value !== 'string') throw new DecodeError(path, 'text', value);
  return value;
};

export const num: Decoder<number> = (value, path) => {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new DecodeError(path, 'a number', value);
  return value;
};

export const bool: Decoder<boolean> = (value, path) => {
  if (typeof value !== 'boolean') throw new DecodeError(path, 'true or false', value);
  return value;
};

/** An instant: RFC 3339 on the wire, milliseconds since the epoch (UTC) in the console. */
export const instant: Decoder<number> = (value, path) => {
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(ms)) throw new DecodeError(path, 'an RFC 3339 time', value);
  return ms;
};

export function oneOf<const T extends string>(...allowed: T[]): Decoder<T> {
  return (value, path) => {
    const found = allowed.find((a) => a === value);
    if (found === undefined) throw new DecodeError(path, `one of ${allowed.join(', ')}`, value);
    return found;
  };
}

export function array<T>(item: Decoder<T>): Decoder<T[]> {
  return (value, path) => {
    if (!Array.isArray(value)) throw new DecodeError(path, 'a list', value);
    return value.map((v, i) => item(v, `${path}[${i}]`));
  };
}

/** A list in which one bad item costs only itself: it is left out and reported, as is a list that is none. */
export function lenientArray<T>(item: Decoder<T>, onBad: (error: DecodeError) => void): Decoder<T[]> {
  return (value, path) => {
    const out: T[] = [];
    if (!Array.isArray(value)) {
      onBad(new DecodeError(path, 'a list', value));
      return out;
    }
    value.forEach((v, i) => {
      try {
        out.push(item(v, `${path}[${i}]`));
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error;
        onBad(error);
      }
    });
    return out;
  };
}

export function record<T>(item: Decoder<T>): Decoder<Record<string, T>> {
  return (value, path) => {
    const source = asObject(value, path);
    return Object.fromEntries(Object.entries(source).map(([k, v]) => [k, item(v, `${path}.${k}`)]));
  };
}

const optionalMark: unique symbol = Symbol('optional');
type Optional<T> = Decoder<T | undefined> & { readonly [optionalMark]: true };

/** A member that may be left out (the API leaves out what is not known); null counts as left out. */
export function optional<T>(item: Decoder<T>): Optional<T> {
  const decoder = (value: unknown, path: string): T | undefined =>
    value === undefined || value === null ? undefined : item(value, path);
  return Object.assign(decoder, { [optionalMark]: true as const });
}

type Shape = Record<string, Decoder<unknown>>;
type OptionalKeys<S extends Shape> = { [K in keyof S]: S[K] extends Optional<unknown> ? K : never }[keyof S];
type ObjectOf<S extends Shape> = { [K in Exclude<keyof S, OptionalKeys<S>>]: Decoded<S[K]> } & {
  [K in OptionalKeys<S>]?: Decoded<S[K]>;
};

export function object<S extends Shape>(shape: S): Decoder<ObjectOf<S>> {
  const entries = Object.entries(shape);
  return (value, path) => {
    const source = asObject(value, path);
    const out: Record<string, unknown> = {};
    for (const [key, decoder] of entries) {
      const decoded = decoder(source[key], `${path}.${key}`);
      if (decoded !== undefined) out[key] = decoded;
    }
    return out as ObjectOf<S>;
  };
}

export function asObject(value: unknown, path: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new DecodeError(path, 'an object', value);
  return value as Record<string, unknown>;
}
