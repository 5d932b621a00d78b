import assert from 'node:assert/strict'
import fc from 'fast-check'
import { splitBatch } from '../../../mappings/hl7v2/batch.js'
import { encodeSegment } from '../../../mappings/hl7v2/encode.js'
import { parseMessage } from '../../../mappings/hl7v2/parse.js'
import { hl7v2Protocol } from '../../../mappings/hl7v2/protocol.js'
import { encodingCharacters, makeSeparators } from '../../../mappings/hl7v2/separators.js'
import type { Leaf } from '../../../mappings/hl7v2/tree.js'
import { isHubError } from '../../../src/core/errors.js'
import { bytesOf, check, msh, PID } from './messages.js'

const RUNS = { numRuns: process.env['STAFETT_TEST_DEEP'] ? 1000 : 50, seed: 20_261_122 }

/** Without the quote: a message that uses it as separator cannot say `""`. */
const PUNCTUATION = [..."!#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"]
/** Field and four encoding characters, all different. */
const separators = fc
  .shuffledSubarray(PUNCTUATION, { minLength: 5, maxLength: 5 })
  .map(([field = '', ...encoding]) => makeSeparators(field, encoding.join('')))

/** Text as it can reach a leaf: not blank, no control characters, no half surrogates, no noncharacters. */
function isText(value: string): boolean {
  const plain = [...value].every((character) => {
    const code = character.codePointAt(0)!
    const control =
      (code < 0x20 && character !== '\t' && character !== '\r' && character !== '\n') || code === 0x7f
    return !control && !(code >= 0xd800 && code <= 0xdfff) && !(code >= 0xfdd0 && code <= 0xfdef)
  })
  return plain && value.trim() !== ''
}

const text = fc
  .oneof(fc.string({ unit: 'binary', maxLength: 12 }), fc.stringMatching(/^[ -~\r\n]{1,8}$/))
  .filter(isText)
const leaf: fc.Arbitrary<Leaf> = fc.oneof(
  { weight: 6, arbitrary: text },
  { weight: 1, arbitrary: fc.constant(null) },
  { weight: 2, arbitrary: fc.constant(undefined) },
)
const ended = <T>(inner: fc.Arbitrary<T>, isEmpty: (value: T) => boolean, maxLength: number) =>
  fc.array(inner, { maxLength }).map((values) => {
    const copy = [...values]
    while (copy.length > 0 && isEmpty(copy[copy.length - 1] as T)) copy.pop()
    return copy
  })
const isEmptyList = (value: readonly unknown[]) => value.length === 0
const component = ended(leaf, (value) => value === undefined, 3)
const repetition = ended(component, isEmptyList, 3)
const field = ended(repetition, isEmptyList, 3)
const fields = ended(field, isEmptyList, 5)
const segments = fc.array(
  fc
    .tuple(fc.constantFrom('PID', 'OBX', 'ZZ1', 'NTE'), fields)
    .map(([name, values]) => ({ name, fields: values })),
  {
    maxLength: 5,
  },
)

describe('syntax, for all messages', function () {
  this.timeout(60_000)
  it('parses back what the encoder wrote, with any separators', () => {
    fc.assert(
      fc.property(separators, segments, (s, tree) => {
        const header = `MSH${s.field}${encodingCharacters(s)}${s.field}A\r`
        const written = header + tree.map((segment) => encodeSegment(segment, s)).join('')
        const message = parseMessage(new TextEncoder().encode(written))
        const read = message.segments.slice(1).map(({ name, fields: values }) => ({ name, fields: values }))
        assert.deepEqual(read, tree)
      }),
      RUNS,
    )
  })

  const seed = bytesOf(
    msh({ type: 'RDE^O11^RDE_O11', charset: 'UNICODE UTF-8' }),
    PID,
    'PV1|1|I|MED^204^1|||||||||||||||||V-1',
    'AL1|1|DA|J01^Testicillin^L|SV|Utslett~Kløe',
    'ORC|NW|P-1^KURVE||||||||20261120080000+0100',
    'RXE|^^^20261120|L01^Testamol^L|1|2|{tablet}^tablett^UCUM|TAB^Tablett^L',
    'TQ1|1||Q8H^^^^8^h||||20261120|20261127|R',
    'RXR|PO^Oral^HL70162',
    'NTE|1||Linje en\\.br\\Linje to',
  )
  const mutation = fc.record({
    at: fc.nat(seed.length - 1),
    length: fc.nat(20),
    kind: fc.constantFrom('cut', 'double', 'swap', 'set'),
    byte: fc.oneof(
      fc.integer({ min: 0, max: 255 }),
      fc.constantFrom(...[...'|^~\\&\r\n"'].map((c) => c.charCodeAt(0))),
    ),
  })
  it('refuses broken bytes with its own error and nothing else', () => {
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 6 }), (mutations) => {
        const raw = mutations.reduce((bytes, { at, length, kind, byte }) => {
          const end = Math.min(bytes.length, at + length)
          const part = [...bytes.subarray(at, end)]
          const middle = {
            cut: [],
            double: [...part, ...part],
            swap: part.reverse(),
            set: part.map(() => byte),
          }[kind]
          return Uint8Array.from([...bytes.subarray(0, at), ...middle, ...bytes.subarray(end)])
        }, seed)
        throughEverything(raw)
      }),
      RUNS,
    )
  })
  it('refuses random bytes with its own error and nothing else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        throughEverything(bytes)
        throughEverything(Uint8Array.from([...new TextEncoder().encode('MSH|^~\\&|'), ...bytes]))
      }),
      RUNS,
    )
  })
})

/** Door, answer, parse and map: only HubError may come out, and what the door takes can be parsed. */
function throughEverything(raw: Uint8Array): void {
  try {
    splitBatch(raw)
  } catch (error) {
    if (!isHubError(error)) throw error
  }
  const door = check(raw)
  const outcome =
    door.kind === 'accept'
      ? ({ kind: 'accepted' } as const)
      : ({ kind: 'refused', refusal: door.refusal } as const)
  const reply = hl7v2Protocol.answer(null, raw, outcome, { newId: 'a-b', now: '2026-11-22T10:00:00.000Z' })
  assert.equal(reply.status === 200, door.kind === 'accept')
  if (door.kind !== 'accept') return
  for (const { kind, part, sender } of door.items) {
    const type = hl7v2Protocol.types.get(kind)!
    const context = { zone: 'Europe/Oslo', receivedAt: '2026-11-22T10:00:00.000Z', sender }
    const parsed = type.parse(raw, part, context)
    try {
      type.map(parsed, context)
    } catch (error) {
      if (!isHubError(error)) throw error
    }
  }
}
