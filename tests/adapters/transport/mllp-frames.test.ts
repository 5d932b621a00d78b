import assert from 'node:assert/strict'
import fc from 'fast-check'
import { type FrameEvent, frameOf, openFrameReader } from '../../../adapters/transport/mllp-frames.js'

const RUNS = { numRuns: process.env['STAFETT_TEST_DEEP'] ? 1000 : 50, seed: 20_261_122 }
const LIMITS = { frameBytesMax: 100, noiseBytesMax: 10, acceptLoneEnd: false }
const bytes = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0))
const shown = (events: readonly FrameEvent[]) =>
  events.map((event) => {
    switch (event.kind) {
      case 'frame':
      case 'unfinished':
        return `${event.kind}:${String.fromCharCode(...event.bytes)}`
      default:
        return event.kind
    }
  })
const read = (text: string, limits = LIMITS) => shown(openFrameReader(limits).push(bytes(text)))
const readBytewise = (text: string, limits = LIMITS) => {
  const reader = openFrameReader(limits)
  return [...text].flatMap((character) => shown(reader.push(bytes(character))))
}

describe('MLLP frames', () => {
  for (const [what, text, events] of [
    ['one frame', '\x0bA\x1c\r', ['frame:A']],
    ['several frames in one packet', '\x0bA\x1c\r\x0bB\x1c\r', ['frame:A', 'frame:B']],
    ['line ends and blanks between frames', '\r\n \x0bA\x1c\r\r\n\x0bB\x1c\r', ['frame:A', 'frame:B']],
    ['an end byte that is text', '\x0bA\x1cB\x1c\r', ['frame:A\x1cB']],
    ['two end bytes before the return', '\x0bA\x1c\x1c\r', ['frame:A\x1c']],
    ['a return that is text', '\x0bA\rB\x1c\r', ['frame:A\rB']],
    ['a new start before the end', '\x0bA\x0bB\x1c\r', ['unfinished:A', 'frame:B']],
    ['a new start after a lone end byte', '\x0bA\x1c\x0bB\x1c\r', ['unfinished:A\x1c', 'frame:B']],
    ['two start bytes', '\x0b\x0bA\x1c\r', ['frame:A']],
    ['a keep-alive', '\x0b\x1c\r\x0bA\x1c\r', ['empty', 'frame:A']],
    ['some noise between frames', 'abc\x0bA\x1c\r', ['frame:A']],
  ] as const) {
    it(`read ${what}`, () => assert.deepEqual(read(text), events))
    it(`read ${what}, one byte a packet`, () => assert.deepEqual(readBytewise(text), events))
  }
  it('are no longer read after too much noise', () => {
    const reader = openFrameReader(LIMITS)
    assert.deepEqual(shown(reader.push(bytes('x'.repeat(11)))), ['noise'])
    assert.deepEqual(shown(reader.push(bytes('\x0bA\x1c\r'))), [])
  })
  it('wait for the end byte that is split from its return', () => {
    const reader = openFrameReader(LIMITS)
    assert.deepEqual(shown(reader.push(bytes('\x0bA\x1c'))), [])
    assert.equal(reader.isInside(), true)
    assert.deepEqual(shown(reader.push(bytes('\r'))), ['frame:A'])
  })
  it('over the limit are reported with their head, ended or not', () => {
    assert.deepEqual(read(`\x0b${'x'.repeat(101)}`), ['too-large'])
    assert.deepEqual(read(`\x0b${'x'.repeat(101)}\x1c\r`), ['too-large'])
    assert.deepEqual(read(`\x0b${'x'.repeat(100)}\x1c\r`), [`frame:${'x'.repeat(100)}`])
  })
  it('end at a lone end byte where that is set', () => {
    assert.deepEqual(read('\x0bA\x1c\x0bB\x1c\r', { ...LIMITS, acceptLoneEnd: true }), ['frame:A', 'frame:B'])
  })
  it('come out whole however the bytes are cut', () => {
    const message = fc.uint8Array({ min: 0x20, max: 0x7e, minLength: 1, maxLength: 60 })
    fc.assert(
      fc.property(fc.array(message, { maxLength: 6 }), fc.array(fc.nat(200)), (messages, cuts) => {
        const stream = Buffer.concat(messages.map(frameOf))
        const reader = openFrameReader(LIMITS)
        const places = [0, ...cuts.filter((cut) => cut < stream.length).sort((a, b) => a - b), stream.length]
        const events = places
          .slice(1)
          .flatMap((end, index) => reader.push(stream.subarray(places[index], end)))
        assert.deepEqual(
          events.map((event) => (event.kind === 'frame' ? [...event.bytes] : event.kind)),
          messages.map((one) => [...one]),
        )
      }),
      RUNS,
    )
  })
})
