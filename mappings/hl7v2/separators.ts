/** The separators of one message, from its own MSH-1 and MSH-2 (hl7v2.md 4.1). */
import { HubError } from '../../src/core/errors.js'

export interface Separators {
  readonly field: string
  /** Undefined: not in use in this message; the character is data then. */
  readonly component: string | undefined
  readonly repetition: string | undefined
  readonly escape: string | undefined
  readonly subcomponent: string | undefined
  /** Version 2.7 and later. */
  readonly truncation: string | undefined
}

export const DEFAULT_SEPARATORS: Separators = {
  field: '|',
  component: '^',
  repetition: '~',
  escape: '\\',
  subcomponent: '&',
  truncation: undefined,
}

/** MSH-2 is 1 to 5 characters. */
const ENCODING_CHARACTERS_MAX = 5

/**
 * @param field MSH-1
 * @param encoding MSH-2 as it stands
 * @throws HubError MESSAGE_UNREADABLE when two are equal, or one is a letter, digit, space or control character
 */
export function makeSeparators(field: string, encoding: string): Separators {
  const all = [field, ...encoding]
  const fault =
    encoding.length === 0 || encoding.length > ENCODING_CHARACTERS_MAX
      ? 'MSH-2 has 1 to 5 encoding characters'
      : all.some((character) => !isSeparator(character))
        ? 'a separator is a printable character that is neither letter nor digit'
        : new Set(all).size !== all.length
          ? 'the separators differ from each other'
          : undefined
  if (fault !== undefined)
    throw new HubError('MESSAGE_UNREADABLE', fault, { at: 'MSH-2', protocolCode: '102' })
  const [component, repetition, escapeCharacter, subcomponent, truncation] = encoding
  return { field, component, repetition, escape: escapeCharacter, subcomponent, truncation }
}

/** MSH-2 of a message with these separators. */
export const encodingCharacters = (s: Separators): string =>
  [s.component, s.repetition, s.escape, s.subcomponent, s.truncation]
    .filter((character) => character !== undefined)
    .join('')

export const isSeparator = (character: string): boolean => /^[!-/:-@[-`{-~]$/.test(character)
