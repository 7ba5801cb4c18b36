/**
 * V8 turns a hot call through FFI into a "fast call", which must not lead back into JavaScript: when
 * a callback makes V8 throw away the optimised code of the caller, the process is aborted ("Lazy
 * deopt after a fast API call"). Deno has no word for "this function calls back", but it makes no
 * fast calls to functions that take a struct. So such functions are declared with one argument more
 * than they have, an integer in a struct, which the calling conventions of x86-64 and AArch64 pass
 * where the callee never looks. That costs about a quarter of a microsecond per call.
 */
const EXTRA = { struct: ["u64"] } as const;
const EXTRA_VALUE = new Uint8Array(8);

/** The declaration of a function that calls back into JavaScript, with the extra argument. */
function reentrant(declaration: Deno.ForeignFunction): Deno.ForeignFunction {
  return { ...declaration, parameters: [...declaration.parameters, EXTRA] };
}

/**
 * `dlopen` for a library of which every function except those in `leaves` may call back into
 * JavaScript. The functions are called as they were declared.
 */
export function openReentrant<S extends Record<string, Deno.ForeignFunction>>(
  file: string,
  symbols: S,
  leaves: ReadonlySet<keyof S>,
): Deno.DynamicLibrary<S>["symbols"] {
  const declared: Record<string, Deno.ForeignFunction> = {};
  for (const [name, declaration] of Object.entries(symbols)) {
    declared[name] = leaves.has(name) ? declaration : reentrant(declaration);
  }
  const opened = Deno.dlopen(file, declared).symbols as Record<string, Callable>;
  const callable: Record<string, Callable> = {};
  for (const [name, call] of Object.entries(opened)) {
    callable[name] = leaves.has(name) ? call : withExtra(call, symbols[name]!.parameters.length);
  }
  return callable as Deno.DynamicLibrary<S>["symbols"];
}

type Callable = (...args: unknown[]) => unknown;

/** Spelt out where calls are many: a list of arguments is an array that is made and taken apart. */
function withExtra(call: Callable, count: number): Callable {
  switch (count) {
    case 3:
      return (a, b, c) => call(a, b, c, EXTRA_VALUE);
    case 6:
      return (a, b, c, d, e, f) => call(a, b, c, d, e, f, EXTRA_VALUE);
    default:
      return (...args) => call(...args, EXTRA_VALUE);
  }
}
