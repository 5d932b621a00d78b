/** A dosage text as tokens. */
import { DOSAGE_WORDS } from '../text-words.js'
import { isKnownUnit, type Language } from '../units.js'
import { type Phrase, phrasesOf } from './phrases.js'
import { amountFrom, NUMBER } from './read-amount.js'
import type { Token } from './token.js'

const AMOUNT = new RegExp(`(${NUMBER})(?:\\s?[–-]\\s?(${NUMBER}))?(?![\\d])`, 'uy')
const UNIT = /\s*([^\s\d,;()]+)/uy
const FREE = /[^,;]+/uy

const WORD = /[\p{L}\d]+|[^\p{L}\d\s]/uy

/** Phrases by the letter that they begin with, in lower case; those that begin otherwise under the empty word. */
export type PhraseIndex = ReadonlyMap<string, readonly Phrase[]>

export function indexPhrases(phrases: readonly Phrase[]): PhraseIndex {
  const index = new Map<string, Phrase[]>()
  for (const phrase of phrases) {
    const first = phrase.form.charAt(0).toLowerCase()
    const key = LETTER.test(first) ? first : ''
    const known = index.get(key)
    if (known === undefined) index.set(key, [phrase])
    else known.push(phrase)
  }
  return index
}
const LETTER = /^\p{L}$/u

const phrasesBefore = new Map<Language, PhraseIndex>()

function ownPhrases(language: Language): PhraseIndex {
  const known = phrasesBefore.get(language)
  if (known !== undefined) return known
  const made = indexPhrases(phrasesOf(DOSAGE_WORDS[language]))
  phrasesBefore.set(language, made)
  return made
}

/** Undefined where a part of the text is not ours. */
export function tokenize(text: string, language: Language): readonly Token[] | undefined {
  return read(text, [ownPhrases(language)], (at, tokens) => freeAt(text, at, tokens))
}

/** With phrases of sources beside ours; what is neither is `unknown`. */
export const tokenizeLoosely = (text: string, language: Language, more: PhraseIndex): readonly Token[] =>
  read(text, [more, ownPhrases(language)], (at) => {
    WORD.lastIndex = at
    const word = WORD.exec(text)?.[0] ?? text.charAt(at)
    return { tokens: [{ kind: 'unknown', text: word }], end: at + word.length }
  }) ?? []

function read(
  text: string,
  phrases: readonly PhraseIndex[],
  other: (at: number, before: readonly Token[]) => Found | undefined,
): readonly Token[] | undefined {
  const tokens: Token[] = []
  let at = 0
  while (at < text.length) {
    if (text[at] === ' ') {
      at += 1
      continue
    }
    const found = phraseAt(text, at, phrases) ?? amountAt(text, at, phrases) ?? other(at, tokens)
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
function phraseAt(text: string, at: number, indexes: readonly PhraseIndex[]): Found | undefined {
  const first = text.charAt(at).toLowerCase()
  let found: Found | undefined
  for (const index of indexes)
    for (const key of [first, ''])
      for (const phrase of index.get(key) ?? []) {
        const match = matchAt(phrase, text, at)
        const end = at + (match?.[0]?.length ?? 0)
        if (match === undefined || end <= (found?.end ?? at) || isWithinWord(text, end)) continue
        const tokens = phrase.tokens(match)
        if (tokens !== undefined) found = { tokens, end }
      }
  return found
}

const compiled = new WeakMap<Phrase, RegExp>()

function matchAt(phrase: Phrase, text: string, at: number): readonly (string | undefined)[] | undefined {
  const { form, literal } = phrase
  if (literal) {
    const part = text.slice(at, at + form.length)
    return part.toLowerCase() === form ? [part] : undefined
  }
  const pattern = compiled.get(phrase) ?? new RegExp(`(?:${form})${ENDS_WITH_ITS_WORD}`, 'iuy')
  compiled.set(phrase, pattern)
  pattern.lastIndex = at
  return pattern.exec(text) ?? undefined
}

/** Letters of the five languages. */
const ENDS_WITH_ITS_WORD = '(?![a-zæøåäö\\d])'
const isWithinWord = (text: string, end: number): boolean =>
  WORD_PART.test(text.charAt(end)) && WORD_PART.test(text.charAt(end - 1))
const WORD_PART = /[\p{L}\d]/u

/** A word that is no other phrase is the unit. */
function amountAt(text: string, at: number, phrases: readonly PhraseIndex[]): Found | undefined {
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
