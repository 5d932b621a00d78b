/** The `default` of every switch over a closed union: a case without a branch does not compile. */
export function assertNever(value: never): never {
  throw new TypeError(
    `unexpected case: ${JSON.stringify((value as { kind?: unknown })?.kind ?? typeof value)}`,
  )
}
