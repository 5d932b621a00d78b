/** What a dosage text is made of, whichever language it is in. */
import type { DoseAmount } from '../amount.js'
import type { Interval } from '../interval.js'
import type { Point } from '../length-text.js'

export type Token =
  | { readonly kind: 'amount'; readonly amount: DoseAmount }
  | { readonly kind: 'slot'; readonly code: string }
  | { readonly kind: 'weekday'; readonly day: number }
  | { readonly kind: 'meal'; readonly code: string; readonly offsetMinutes: number }
  | { readonly kind: 'clocks'; readonly times: readonly string[] }
  /** n times a day or week. */
  | { readonly kind: 'times'; readonly n: number; readonly unit: 'd' | 'wk' }
  | { readonly kind: 'every'; readonly interval: Interval }
  | { readonly kind: 'changed'; readonly interval: Interval }
  | { readonly kind: 'cycle'; readonly on: number; readonly off: number }
  | { readonly kind: 'needed'; readonly reason: string | undefined }
  | { readonly kind: 'length'; readonly interval: Interval }
  | { readonly kind: 'lasts'; readonly interval: Interval }
  | { readonly kind: 'minInterval'; readonly interval: Interval }
  | { readonly kind: 'from'; readonly point: Point }
  | { readonly kind: 'until'; readonly point: Point }
  | { readonly kind: 'on'; readonly points: readonly Point[] }
  | { readonly kind: 'count'; readonly n: number }
  | { readonly kind: 'maximum'; readonly amount: DoseAmount; readonly hours: number }
  | { readonly kind: 'site'; readonly text: string }
  | { readonly kind: 'chart'; readonly place: string | undefined }
  | { readonly kind: 'then' }
  | { readonly kind: 'beside' }
  /** Words that add nothing: and, only, up to. */
  | { readonly kind: 'glue' }
  /** A part between commas that is none of the others: a route. */
  | { readonly kind: 'free'; readonly text: string }
  /** A part of a taper without doses. */
  | { readonly kind: 'nothing' }
  /** Words of a source that are none of ours; only where they are let pass. */
  | { readonly kind: 'unknown'; readonly text: string }
