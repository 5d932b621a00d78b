/** Events that propose a holder, and the codes of `medlist-baton-event` (medication-list.md 7, R2). */

export const BATON_EVENTS = [
  'admission',
  'transfer',
  'discharge',
  'nursing-home-move',
  'respite-stay',
  'return',
  'gp-change',
  'handover',
] as const

/** `handover`: the holder offered it without an event. */
export type BatonEvent = (typeof BATON_EVENTS)[number]

const HOUR_MS = 3_600_000

/** R4: time for an answer, in milliseconds. */
export const answerTimeOf = (event: BatonEvent): number => (event === 'admission' ? 4 : 24) * HOUR_MS
