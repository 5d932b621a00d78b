/** The edges of the hub under spans: intake, writes of clients, deliveries. */
import type { Destination } from '../core/delivery.js'
import type { MessageId } from '../core/ids.js'
import type { Tracer } from '../core/tracer.js'
import { type IntakeAnswer, type IntakeDeps, receiveFrame, receiveRequest } from '../hub/intake.js'

export interface TracedIntake {
  readonly request: (
    surface: string,
    raw: Uint8Array,
    contentType: string,
    parent: string | undefined,
  ) => Promise<IntakeAnswer>
  readonly frame: (raw: Uint8Array) => Promise<Uint8Array | undefined>
}

/** What is stored under a span carries its traceparent, so that the spans of its lane can be tied to it. */
export function traceIntake(tracer: Tracer, intake: IntakeDeps): TracedIntake {
  return {
    request: (surface, raw, contentType, parent) =>
      // Of a surface only its family: the rest is the caller's own text.
      tracer.trace('intake', { attributes: { channel: familyOf(surface) }, parent }, async (span) => {
        if (span === undefined) return receiveRequest(intake, surface, raw, contentType)
        const answer = await receiveRequest({ ...intake, trace: span.traceparent }, surface, raw, contentType)
        span.set('status', answer.status)
        if (answer.messageId !== undefined) span.set('message', answer.messageId)
        return answer
      }),
    frame: (raw) =>
      tracer.trace('intake', { attributes: { channel: 'hl7v2', transport: 'mllp' } }, (span) =>
        receiveFrame(span === undefined ? intake : { ...intake, trace: span.traceparent }, raw),
      ),
  }
}

const FAMILIES = ['hl7v2', 'eresept', 'devices', 'sfm']
const familyOf = (surface: string): string =>
  FAMILIES.find((family) => surface === family || surface.startsWith(`${family}/`)) ?? 'unknown'

/** @param traceOf traceparent of the intake of a message */
export const traceDestinations = (
  tracer: Tracer,
  destinations: readonly Destination[],
  traceOf: (id: MessageId) => Promise<string | undefined>,
): readonly Destination[] =>
  destinations.map((destination) => ({
    ...destination,
    send: (attempt) =>
      tracer.trace('delivery', { attributes: attributesOf(destination, attempt) }, async (span) => {
        const cause = attempt.delivery.change.messageId
        // A link that cannot be had holds up no delivery.
        if (cause !== undefined) span?.link(await traceOf(cause).catch(() => undefined))
        const verdict = await destination.send(attempt)
        span?.set('outcome', verdict.kind)
        return verdict
      }),
  }))

const attributesOf = (
  { id, kind }: Destination,
  { attempt, delivery }: Parameters<Destination['send']>[0],
) => ({ destination: id, kind, delivery: delivery.id, number: delivery.number, attempt })
