import assert from 'node:assert/strict'
import { escapeText, unescapeText } from '../../../mappings/hl7v2/escapes.js'
import { DEFAULT_SEPARATORS, makeSeparators } from '../../../mappings/hl7v2/separators.js'

const decode = (text: string, charset = 'utf-8') => unescapeText(text, DEFAULT_SEPARATORS, charset)

describe('escape sequences', () => {
  for (const [written, meant, why] of [
    ['5\\S\\3', '5^3', 'a separator'],
    ['BSV 4\\5 re.', 'BSV 4\\5 re.', 'a lone escape character is text'],
    ['a\\b \\T\\ c', 'a\\b & c', 'a lone one does not hide a real one'],
    ['\\E\\T\\E\\', '\\T\\', 'what is decoded is not decoded again'],
    ['\\.sp2\\x\\.sk3\\y', '\n\nx   y', 'layout'],
    ['a\\H\\b\\N\\c', 'abc', 'highlighting drops'],
    ['\\.in+4\\x\\.ti-2\\y\\.ce\\z', 'xy\nz', 'indents drop'],
    [
      'K\\Zdon\\F\\C2842\\M',
      'K\\Zdon\\F\\C2842\\M',
      'local and set-switching sequences stay, and what is between',
    ],
    ['\\X41\\\\X42\\', 'AB', 'hex'],
    ['\\XC3\\\\XA5\\', 'å', 'a character in two hex groups'],
    ['\\XC3\\', '\\XC3\\', 'hex that is no text stays as written'],
    ['\\X4\\', '\\X4\\', 'an odd number of hex digits stays as written'],
    ['\\X00\\', '\\X00\\', 'no control character comes out of hex'],
    ['\\\\', '\\\\', 'an empty sequence stays'],
  ] as const)
    it(`${why}: ${written}`, () => assert.equal(decode(written), meant))

  it('decodes hex in the character set of the message', () => {
    assert.equal(decode('\\XF8\\', 'windows-1252'), 'ø')
  })
  it('shows control characters instead of passing them on', () => {
    assert.equal(decode('a\u0000b\fc\td'), 'a\\X00\\b\\X0C\\c\td')
  })
  it('means the separators of its own message', () => {
    const separators = makeSeparators('#', '*@!%')
    assert.equal(unescapeText('a!F!b!S!c\\F\\', separators, 'utf-8'), 'a#b*c\\F\\')
    assert.equal(escapeText('a#b*c|', separators), 'a!F!b!S!c|')
  })
})
