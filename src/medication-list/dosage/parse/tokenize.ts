/** A dosage text as tokens. */
import { DOSAGE_WORDS } from '../text-words.js'
import { isKnownUnit, type Language } from '../units.js'
import { type Phrase, phrasesOf } from './phrases.js'
import { amountFrom, NUMBER } from './read-amount.js'
import type { Token } from './token.js'

const AMOUNT = new RegExp(`(${NUMBER})(?:\\s?[–-]\\s?(${NUMBER}))?(?![\\d])`, 'uy')
const UNIT = /\s*([^\s\d,;()]+)/uy
const FREE = /[^,;]+/uy

const phrasesBefore = new Map<Language, readonly Phrase[]>()

/** Undefined where a part of the text is not ours. */
export function tokenize(text: string, language: Language): readonly Token[] | undefined {
  const phrases = phrasesBefore.get(language) ?? phrasesOf(DOSAGE_WORDS[language])
  phrasesBefore.set(language, phrases)
  const tokens: Token[] = []
  let at = 0
  while (at < text.length) {
    if (text[at] === ' ') {
      at += 1
      continue
    }
    const found = phraseAt(text, at, phrases) ?? amountAt(text, at, phrases) ?? freeAt(text, at, tokens)
    if (found === undefined) return undefined
    tokens.push(...found.tokens)
    at = found.end
  }
  return tokens
}

interface Found {
  readonly tokens: readonly Token[]
  readonly end: number
}

/** The longest. */
function phraseAt(text: string, at: number, phrases: readonly Phrase[]): Found | undefined {
  let found: Found | undefined
  for (const { pattern, tokens } of phrases) {
    pattern.lastIndex = at
    const match = pattern.exec(text)
    if (match === null || at + match[0].length <= (found?.end ?? at)) continue
    const read = tokens(match)
    if (read !== undefined) found = { tokens: read, end: at + match[0].length }
  }
  return found
}

/** A word that is no other phrase is the unit. */
function amountAt(text: string, at: number, phrases: readonly Phrase[]): Found | undefined {
  AMOUNT.lastIndex = at
  const match = AMOUNT.exec(text)
  if (match === null) return undefined
  const end = at + match[0].length
  UNIT.lastIndex = end
  const unit = UNIT.exec(text)
  const word = unit?.[1] ?? ''
  const other =
    word === '' ||
    (!isKnownUnit(word) && phraseAt(text, end + (unit?.[0].length ?? 0) - word.length, phrases) !== undefined)
  const amount = amountFrom(match[1] ?? '', match[2], other ? '' : word)
  return amount === undefined
    ? undefined
    : { tokens: [{ kind: 'amount', amount }], end: other ? end : end + (unit?.[0].length ?? 0) }
}

/** After a comma, and what is no number. */
function freeAt(text: string, at: number, before: readonly Token[]): Found | undefined {
  if (before.at(-1)?.kind !== 'glue' || !/,\s*$/.test(text.slice(0, at))) return undefined
  FREE.lastIndex = at
  const words = FREE.exec(text)?.[0] ?? ''
  return words === '' ? undefined : { tokens: [{ kind: 'free', text: words.trim() }], end: at + words.length }
}
