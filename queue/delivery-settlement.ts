/** What an attempt's outcome means for its delivery and destination (reliability.md 6.6, 6.8). Pure. */
import type { DeliveryRules, Destination, Verdict } from '../src/core/delivery.js'
import { codeOf, ERRORS } from '../src/core/errors.js'
import { assertNever } from '../src/core/exhaustive.js'
import type { DeliveryClaim, DeliverySettlement } from '../src/core/outbox.js'

export function settlementOf(
  verdict: Verdict,
  { ambiguous }: Pick<Destination, 'ambiguous'>,
  { failures }: Pick<DeliveryClaim, 'failures'>,
  rules: DeliveryRules,
  random: () => number,
): DeliverySettlement {
  const status = verdict.status === undefined ? {} : { status: verdict.status }
  switch (verdict.kind) {
    case 'delivered':
      return { kind: 'delivered', ...status }
    case 'gone':
      return { kind: 'gone', fault: verdict.code, ...status }
    case 'rejected':
      return { kind: 'blocked', fault: verdict.code, counts: false, ...status }
    case 'refused':
      return {
        kind: 'retry',
        fault: verdict.code,
        delayMs: backoffMs(failures, rules.refusedMsMin, rules.refusedMsMax, random),
        refused: true,
        counts: true,
        ...status,
      }
    case 'unknown':
      if (ambiguous === 'stop') return { kind: 'blocked', fault: verdict.code, counts: true, ...status }
      return retry(verdict, failures, rules, random)
    case 'retry':
      return retry(verdict, failures, rules, random)
    default:
      return assertNever(verdict)
  }
}

function retry(
  verdict: Extract<Verdict, { kind: 'retry' | 'unknown' }>,
  failures: number,
  rules: DeliveryRules,
  random: () => number,
): DeliverySettlement {
  const afterMs = verdict.kind === 'retry' ? verdict.afterMs : undefined
  const delayMs = backoffMs(failures, rules.backoffMsMin, rules.backoffMsMax, random)
  return {
    kind: 'retry',
    fault: verdict.code,
    delayMs: Math.max(delayMs, afterMs ?? 0),
    ...(afterMs === undefined ? {} : { holdMs: afterMs }),
    ...(verdict.status === undefined ? {} : { status: verdict.status }),
    refused: false,
    counts: true,
  }
}

/** A message that could not be made says nothing of the receiver. */
export function settlementOfRenderError(
  error: unknown,
  { failures }: Pick<DeliveryClaim, 'failures'>,
  rules: DeliveryRules,
  random: () => number,
): DeliverySettlement {
  const { fate } = ERRORS[codeOf(error)]
  const again = fate === 'bug' ? failures + 1 < rules.renderAttemptsMax : fate !== 'dead-letter'
  if (!again) return { kind: 'blocked', fault: 'render-failed', counts: false }
  return {
    kind: 'retry',
    fault: 'render-failed',
    delayMs: backoffMs(failures, rules.backoffMsMin, rules.backoffMsMax, random),
    refused: false,
    counts: false,
  }
}

/** Doubled with each failure, jittered between half and whole. */
function backoffMs(failures: number, min: number, max: number, random: () => number): number {
  return Math.round(Math.min(max, min * 2 ** Math.min(failures, 20)) * (0.5 + random() / 2))
}
