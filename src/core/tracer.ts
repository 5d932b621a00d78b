/** Spans around work (OpenTelemetry). Attributes are ids, channels, kinds, counts and codes; never what a message says. */

export interface Span {
  /** W3C traceparent, to be carried to where the work goes on. */
  readonly traceparent: string
  /** Ties the span to another one, of an earlier process. What is no traceparent is left out. */
  readonly link: (traceparent: string | undefined) => void
  readonly set: (attribute: string, value: string | number) => void
}

export interface SpanOptions {
  readonly attributes?: Readonly<Record<string, string | number>>
  /** W3C traceparent of the span that asked for this work. */
  readonly parent?: string | undefined
  readonly links?: readonly (string | undefined)[]
}

export interface Tracer {
  /** `span` is undefined while tracing is off. What `work` throws marks the span with its code, and is thrown on. */
  readonly trace: <T>(
    name: string,
    options: SpanOptions,
    work: (span: Span | undefined) => Promise<T>,
  ) => Promise<T>
}

export const untraced: Tracer = { trace: (_name, _options, work) => work(undefined) }

/** Version 00 of W3C Trace Context, with ids that are not all zero. */
export const TRACEPARENT = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})$/
