import assert from 'node:assert/strict'
import { encodeSegment, outboundSegment } from '../../../mappings/hl7v2/encode.js'
import { parseMessage } from '../../../mappings/hl7v2/parse.js'
import { DEFAULT_SEPARATORS } from '../../../mappings/hl7v2/separators.js'
import { firstSegment, leafAt } from '../../../mappings/hl7v2/tree.js'
import { bytesOf, msh } from './messages.js'

const HEADER = msh({ type: 'ADT^A08' })
const parse = (text: string) => parseMessage(new TextEncoder().encode(text))
const names = (text: string) => parse(text).segments.map(({ name }) => name)
const obx5 = (value: string) => {
  const message = parseMessage(bytesOf(HEADER, `OBX|1|TX|x||${value}`))
  return firstSegment(message, 'OBX')!
}

describe('parsing, defect by defect of the package behind it', () => {
  it('reads a message with another field separator (1)', () => {
    const message = parse('MSH#^~\\&#A#B#C#D#20260101##ADT^A08#1#P#2.5\rPID#1##7\r')
    assert.equal(leafAt(firstSegment(message, 'PID'), 3), '7')
  })
  it('refuses text lines within a message instead of swallowing segments (2)', () => {
    assert.throws(() => parse(`${HEADER}\rPID|1\rOBX|1|TX|x||l1\nl2\nl3\nl4\nl5\r`), {
      code: 'MESSAGE_INVALID',
      at: 'line 4',
      protocolCode: '100',
    })
  })
  it('takes CR, LF and CRLF mixed (3)', () => {
    assert.deepEqual(names(`${HEADER}\r\nEVN|A08\nPID|1\rPV1|1\r\n`), ['MSH', 'EVN', 'PID', 'PV1'])
  })
  it('refuses a bare segment name (4)', () => {
    assert.throws(() => parse(`${HEADER}\rPID\rPV1|1\r`), { code: 'MESSAGE_INVALID', at: 'line 2' })
  })
  it('reads the component separator of MSH-2 (5)', () => {
    const message = parse('MSH|:~\\&|A|B|C|D|20260101||ADT:A01|1|P|2.5\r')
    assert.equal(leafAt(firstSegment(message, 'MSH'), 9, 1, 2), 'A01')
  })
  it('reads the repetition and subcomponent separators of MSH-2 (6)', () => {
    const message = parse('MSH|^*\\%|A|B|C|D|20260101||ADT^A01|1|P|2.5\rPID|1||a^b%c*d&e~f\r')
    const pid = firstSegment(message, 'PID')
    assert.equal(leafAt(pid, 3, 1, 2, 2), 'c')
    assert.equal(leafAt(pid, 3, 2), 'd&e~f')
  })
  it('decodes escapes once (7)', () => {
    const field = obx5('A\\F\\B\\S\\C\\T\\D\\R\\E\\E\\F\\X0D\\G\\.br\\H')
    assert.equal(leafAt(field, 5), 'A|B^C&D~E\\F\rG\nH')
  })
  it('writes a separator in a value as escape, never as structure (8)', () => {
    const line = encodeSegment(
      outboundSegment('NTE', ['1', undefined, 'evil|pipe^x\rPID|9']),
      DEFAULT_SEPARATORS,
    )
    assert.equal(line, 'NTE|1||evil\\F\\pipe\\S\\x\\X0D\\PID\\F\\9\r')
    assert.equal(
      leafAt(firstSegment(parseMessage(bytesOf(HEADER, line.trim())), 'NTE'), 3),
      'evil|pipe^x\rPID|9',
    )
  })
  it('keeps subcomponents apart from repetitions, out and in (9, 10)', () => {
    const segment = obx5('a&b~c')
    assert.equal(leafAt(segment, 5, 1, 1, 2), 'b')
    assert.equal(leafAt(segment, 5, 2), 'c')
    assert.equal(encodeSegment(segment, DEFAULT_SEPARATORS), 'OBX|1|TX|x||a&b~c\r')
  })
  it('answers undefined for what is not there (11, 12)', () => {
    const segment = obx5('a')
    assert.equal(leafAt(segment, 5, 6), undefined)
    assert.equal(leafAt(segment, 99, 3, 2, 1), undefined)
    assert.equal(leafAt(undefined, 1), undefined)
  })
  it('takes byte order mark, blanks and blank lines before MSH (13)', () => {
    assert.deepEqual(names(`\ufeff\u000b \r\n${HEADER}\r\rPID|1\r`), ['MSH', 'PID'])
  })
  it('takes one segment without terminator (14, 15)', () => {
    assert.deepEqual(names(HEADER), ['MSH'])
  })
  it('throws its own error for garbage, to the caller (16)', () => {
    assert.throws(() => parse('hello'), { code: 'MESSAGE_UNREADABLE', at: 'MSH' })
  })
  it('refuses a second MSH in one message (17)', () => {
    assert.throws(() => parse(`${HEADER}\rPID|1\r${HEADER}\rPID|2\r`), {
      code: 'MESSAGE_INVALID',
      at: 'line 3',
    })
  })
  it('refuses segment names of more than three characters (18)', () => {
    assert.throws(() => parse(`${HEADER}\rZPI2|1\r`), { code: 'MESSAGE_INVALID' })
    assert.throws(() => parse('MSHX|^~\\&|A\r'), { code: 'MESSAGE_UNREADABLE' })
  })
  it('refuses lower-case segment names by line number (19)', () => {
    assert.throws(() => parse(`${HEADER}\rpid|1\r`), { code: 'MESSAGE_INVALID', at: 'line 2' })
  })
  it('takes bytes (20)', () => {
    assert.equal(parseMessage(bytesOf(HEADER)).segments.length, 1)
  })
  it('keeps the order of segments (22)', () => {
    const lines = ['ORC|NW', 'RXE|1', 'RXR|1', 'ORC|NW', 'RXE|2', 'RXR|2']
    assert.deepEqual(names([HEADER, ...lines].join('\r')), ['MSH', 'ORC', 'RXE', 'RXR', 'ORC', 'RXE', 'RXR'])
  })
  it('tells nothing, delete and a value apart (23)', () => {
    const segment = obx5('""^^x')
    assert.equal(leafAt(segment, 5, 1, 1), null)
    assert.equal(leafAt(segment, 5, 1, 2), undefined)
    assert.equal(leafAt(segment, 5, 1, 3), 'x')
  })
  it('parses 20,000 segments of a name in reasonable time (24)', () => {
    const lines = Array.from({ length: 19_000 }, (_, i) => `OBX|${i}|NM|x||1`)
    assert.equal(parseMessage(bytesOf(HEADER, ...lines)).segments.length, 19_001)
  })
})

describe('limits of a message', () => {
  const refused = { code: 'MESSAGE_TOO_LARGE' }
  it('refuses more than 10 MB', () => {
    assert.throws(() => parseMessage(bytesOf(HEADER, `NTE|1||${'x'.repeat(10 * 1024 * 1024)}`)), refused)
  })
  it('refuses more than 20,000 segments', () => {
    assert.throws(() => parse(`${HEADER}\r${'NTE|1\r'.repeat(20_000)}`), refused)
  })
  it('refuses more than 10,000 repetitions of a field', () => {
    assert.throws(() => parseMessage(bytesOf(HEADER, `NTE|1||${'a~'.repeat(1_000_000)}`)), refused)
  })
  it('refuses more than 1,000 fields of a segment', () => {
    assert.throws(() => parseMessage(bytesOf(HEADER, `NTE${'|a'.repeat(1_001)}`)), refused)
  })
  it('refuses more than a million separators', () => {
    const line = `NTE|1||${'a^'.repeat(60_000)}`
    assert.throws(() => parseMessage(bytesOf(HEADER, ...Array.from({ length: 20 }, () => line))), refused)
  })
})

describe('separators', () => {
  const refused = { code: 'MESSAGE_UNREADABLE', at: 'MSH-2' }
  it('are refused when two are equal', () => {
    assert.throws(() => parse('MSH|^~\\\\&|A\r'), refused)
    assert.throws(() => parse('MSH|^~^&|A\r'), refused)
  })
  it('are refused when one is a letter or a digit', () => {
    assert.throws(() => parse('MSH|^~\\a|A\r'), refused)
    assert.throws(() => parse('MSH|^7\\&|A\r'), refused)
  })
  it('that MSH-2 leaves out are not in use', () => {
    const message = parse('MSH|^~|A|B|C|D|20260101||ADT^A01|1|P|2.3\rPID|1||a&b\\F\\c\r')
    assert.equal(leafAt(firstSegment(message, 'PID'), 3), 'a&b\\F\\c')
  })
  it('may hold the truncation character of 2.7', () => {
    const message = parse('MSH|^~\\&#|A|B|C|D|20260101||ADT^A01|1|P|2.7.1\rPID|1||a#^\\P\\b\r')
    assert.equal(message.separators.truncation, '#')
    assert.equal(leafAt(firstSegment(message, 'PID'), 3), 'a#')
    assert.equal(leafAt(firstSegment(message, 'PID'), 3, 1, 2), '#b')
  })
  it('in another order than usual are taken as written', () => {
    const message = parse('MSH|^&~\\|A|B|C|D|20260101||ADT^A01|1|P|2.3\rPID|1||a&b\\c^d~S~e\r')
    const pid = firstSegment(message, 'PID')
    assert.equal(leafAt(pid, 3, 1, 1), 'a')
    assert.equal(leafAt(pid, 3, 2, 1, 2), 'c')
    assert.equal(leafAt(pid, 3, 2, 2), 'd^e')
  })
  it('that are defaults in another role keep their role', () => {
    const message = parse('MSH~|^&\\~A~B~C~D~20260101~~ADT|A01~1~P~2.5\rPID~1~~a|b\\c^d|e\r')
    const pid = firstSegment(message, 'PID')
    assert.equal(leafAt(pid, 3, 1, 2, 2), 'c')
    assert.equal(leafAt(pid, 3, 2, 2), 'e')
  })
})
