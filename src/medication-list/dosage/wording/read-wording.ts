/** A source's own wording, as far as it can be read with certainty (medication-list.md 12.1). */
import type { DoseAmount } from '../amount.js'
import { dosagesOf } from '../parse/parse-text.js'
import type { Token } from '../parse/token.js'
import { tokenizeLoosely } from '../parse/tokenize.js'
import { type DosagePlan, readDosagePlan } from '../plan.js'
import { isKnownUnitKey, type Language } from '../units.js'
import { sourcePhrases } from './source-phrases.js'

export interface Wording {
  /** Undefined where a word was not read. */
  readonly plan: (DosagePlan & { readonly kind: 'structured' }) | undefined
  /** Amounts with a unit that the table of units has, wherever they stand. */
  readonly amounts: readonly DoseAmount[]
}

/** In the order in which they are tried; the one that leaves the fewest words unread is taken. */
const LANGUAGES: readonly Language[] = ['nb', 'da', 'sv', 'en', 'fi']

export function readWording(text: string): Wording {
  const plain = text
    .replace(/\s*[\n\r]+\s*/g, ', ')
    .replace(/\s+/g, ' ')
    .replace(/[.,;\s]+$/, '')
    .trim()
  let best: readonly Token[] = []
  let fewest = Number.POSITIVE_INFINITY
  for (const language of LANGUAGES) {
    const tokens = tokenizeLoosely(plain, language, sourcePhrases(language))
    const unread = tokens.filter(({ kind }) => kind === 'unknown').length
    if (unread < fewest) {
      best = tokens
      fewest = unread
    }
    if (fewest === 0) break
  }
  return { plan: fewest === 0 ? planOf(best) : undefined, amounts: amountsOf(best) }
}

const amountsOf = (tokens: readonly Token[]): DoseAmount[] =>
  tokens.flatMap((token) =>
    (token.kind === 'amount' || token.kind === 'maximum') && isKnownUnitKey(token.amount.unit)
      ? [token.amount]
      : [],
  )

function planOf(tokens: readonly Token[]): Wording['plan'] {
  if (!isOnceEach(tokens)) return undefined
  const dosages = dosagesOf(oneRhythm(tokens))
  const plan = dosages === undefined ? undefined : readDosagePlan(dosages)
  // What contradicts itself is not read.
  return plan?.kind === 'structured' && plan.entries.every(({ flexible }) => !flexible) ? plan : undefined
}

/** Two rhythms in one step that are not the same can be meant of two parts: not read. */
function isOnceEach(tokens: readonly Token[]): boolean {
  let rhythms = new Set<string>()
  for (const token of tokens) {
    if (token.kind === 'then' || token.kind === 'beside') rhythms = new Set()
    if (token.kind === 'times' && token.n > 1) rhythms.add(`${token.n} ${token.unit}`)
    if (token.kind === 'times' && token.n === 1 && token.unit === 'wk') rhythms.add('7 d')
    if (token.kind === 'every') rhythms.add(`${token.interval.value} ${token.interval.unit}`)
    if (rhythms.size > 1) return false
  }
  return true
}

/** `3 ganger daglig` and `morgen daglig` say the number before; `daglig` alone adds none. */
function oneRhythm(tokens: readonly Token[]): readonly Token[] {
  return tokens.filter((token, index) => {
    if (token.kind !== 'times' || token.n !== 1 || token.unit !== 'd') return true
    const step = stepAround(tokens, index)
    return !step.some(
      (other) =>
        other !== token &&
        (other.kind === 'times' ||
          other.kind === 'every' ||
          other.kind === 'slot' ||
          other.kind === 'clocks'),
    )
  })
}

function stepAround(tokens: readonly Token[], index: number): readonly Token[] {
  const isEnd = ({ kind }: Token): boolean => kind === 'then' || kind === 'beside'
  const before = tokens.slice(0, index).findLastIndex(isEnd)
  const after = tokens.findIndex((token, at) => at > index && isEnd(token))
  return tokens.slice(before + 1, after < 0 ? undefined : after)
}
