/** OpenTelemetry tracing over OTLP/HTTP. Off unless configured: the packages are loaded only then. */
import type { Context, Link, Tracer as OtelTracer, SpanContext } from '@opentelemetry/api'
import { codeOf } from './core/errors.js'
import type { Span, SpanOptions, Tracer } from './core/tracer.js'
import { TRACEPARENT, untraced } from './core/tracer.js'

export interface TracingSettings {
  /** Base URL of the collector, such as `http://127.0.0.1:4318`; absent: off. */
  readonly endpoint: string | undefined
  /** Share of the traces that begin here which are kept, 0 to 100. A caller's own decision is followed. */
  readonly percent: number
  readonly version: string
  /** Name of this process. */
  readonly process: string
}

export interface Tracing extends Tracer {
  /** Sends what is left, within bounds. */
  readonly stop: () => Promise<void>
}

const EXPORT_MS_MAX = 2_000
/** Spans that wait for the collector at most; what comes on top is dropped, so that it can hold nobody up. */
const QUEUE_MAX = 2_048

export async function openTracing(settings: TracingSettings): Promise<Tracing> {
  const { endpoint } = settings
  if (endpoint === undefined) return { ...untraced, stop: async () => undefined }
  const [api, sdk, resources, otlp] = await Promise.all([
    import('@opentelemetry/api'),
    import('@opentelemetry/sdk-trace'),
    import('@opentelemetry/resources'),
    import('@opentelemetry/exporter-trace-otlp-http'),
  ])
  const exporter = new otlp.OTLPTraceExporter({
    url: `${endpoint.replace(/\/+$/, '')}/v1/traces`,
    timeoutMillis: EXPORT_MS_MAX,
  })
  const provider = new sdk.TracerProvider({
    resource: resources.resourceFromAttributes({
      'service.name': 'stafett',
      'service.version': settings.version,
      'service.instance.id': settings.process,
    }),
    sampler: new sdk.ParentBasedSampler({ root: new sdk.TraceIdRatioBasedSampler(settings.percent / 100) }),
    spanProcessors: [
      new sdk.BatchSpanProcessor({
        exporter,
        maxQueueSize: QUEUE_MAX,
        exportTimeoutMillis: EXPORT_MS_MAX,
      }),
    ],
  })
  const tracer = provider.getTracer('stafett', settings.version)
  return {
    trace: (name, options, work) => traced(api, tracer, name, options, work),
    stop: async () => {
      // A collector that is away must not hold up the end of the process.
      await provider.shutdown().catch(() => undefined)
    },
  }
}

type Api = typeof import('@opentelemetry/api')

async function traced<T>(
  api: Api,
  tracer: OtelTracer,
  name: string,
  { attributes = {}, parent, links = [] }: SpanOptions,
  work: (span: Span) => Promise<T>,
): Promise<T> {
  const own = tracer.startSpan(
    name,
    { attributes, links: links.flatMap((link) => linkOf(link)) },
    contextOf(api, parent),
  )
  const { traceId, spanId, traceFlags } = own.spanContext()
  try {
    return await work({
      traceparent: `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`,
      link: (traceparent) => own.addLinks(linkOf(traceparent)),
      set: (attribute, value) => own.setAttribute(attribute, value),
    })
  } catch (error) {
    // Texts of errors stay in the log: they may name places in a message.
    own.setStatus({ code: api.SpanStatusCode.ERROR })
    own.setAttribute('error.type', codeOf(error))
    throw error
  } finally {
    own.end()
  }
}

function contextOf(api: Api, parent: string | undefined): Context {
  const remote = spanContextOf(parent)
  return remote === undefined ? api.ROOT_CONTEXT : api.trace.setSpanContext(api.ROOT_CONTEXT, remote)
}

function spanContextOf(traceparent: string | undefined): SpanContext | undefined {
  const [, traceId, spanId, flags] = TRACEPARENT.exec(traceparent ?? '') ?? []
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & 1, isRemote: true }
}

function linkOf(traceparent: string | undefined): Link[] {
  const context = spanContextOf(traceparent)
  return context === undefined ? [] : [{ context }]
}
