/** What pure code must be handed instead of taking it from the surroundings. */

/** Milliseconds since the epoch, UTC. */
export type Clock = () => number
/** A fresh UUID (lower case). */
export type NewId = () => string

/** Fields of a log line: ids, counts, codes and durations only. Never clinical text, names or national ids. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>
export interface Log {
  /** Lines that were not written, since nobody read those before them. */
  readonly dropped?: () => number
  info(event: string, fields?: LogFields): void
  warn(event: string, fields?: LogFields): void
  error(event: string, fields?: LogFields, cause?: unknown): void
}
