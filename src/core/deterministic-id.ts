/** SHA-256 (FIPS 180-4) and UUIDs made from content: the same words give the same id, on every machine. */

const ROUND_CONSTANTS = Uint32Array.from([
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98,
  0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
  0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8,
  0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
  0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819,
  0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
  0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
  0xc67178f2,
])
const BLOCK_BYTES = 64
const encoder = new TextEncoder()
/** Words of one block; each digest fills it anew. */
const schedule = new Int32Array(64)

let digest: (text: string) => string = digestText

/** Lower-case hex of SHA-256 over the text's UTF-8 bytes. */
export const sha256Hex = (text: string): string => digest(text)

/**
 * From here on the platform's own digest is used, which gives the same and costs a tenth. The core reaches for no
 * platform itself.
 */
export function useDigest(ofThePlatform: (text: string) => string): void {
  digest = ofThePlatform
}

/** As `sha256Hex`, without any platform. */
export function digestText(text: string): string {
  const data = padded(encoder.encode(text))
  const state = Int32Array.of(
    ...[0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19],
  )
  for (let offset = 0; offset < data.length; offset += BLOCK_BYTES) digestBlock(data, offset, state)
  let hex = ''
  for (const word of state) hex += (word >>> 0).toString(16).padStart(8, '0')
  return hex
}

/** One bit, zeros, and the length in bits as the last eight bytes. */
function padded(data: Uint8Array): Uint8Array {
  const whole = new Uint8Array(Math.ceil((data.length + 9) / BLOCK_BYTES) * BLOCK_BYTES)
  whole.set(data)
  whole[data.length] = 0x80
  let bits = data.length * 8
  for (let place = whole.length - 1; bits > 0; place -= 1) {
    whole[place] = bits % 256
    bits = Math.floor(bits / 256)
  }
  return whole
}

/** UUID of version 8 (RFC 9562) over the parts, which are kept apart by their lengths. */
export function deterministicUuid(...parts: readonly string[]): string {
  const hex = sha256Hex(parts.map((part) => `${part.length}:${part}`).join(''))
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 0x3) | 0x8).toString(16)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

const rotate = (word: number, bits: number): number => (word >>> bits) | (word << (32 - bits))
/** A typed array's element inside its bounds, which the compiler cannot see. */
const at = (words: Int32Array | Uint32Array | Uint8Array, index: number): number => words[index] ?? 0

function digestBlock(data: Uint8Array, offset: number, state: Int32Array): void {
  const w = schedule
  for (let i = 0, from = offset; i < 16; i++, from += 4)
    w[i] =
      (at(data, from) << 24) | (at(data, from + 1) << 16) | (at(data, from + 2) << 8) | at(data, from + 3)
  for (let i = 16; i < 64; i++) {
    const early = at(w, i - 15)
    const late = at(w, i - 2)
    const s0 = rotate(early, 7) ^ rotate(early, 18) ^ (early >>> 3)
    const s1 = rotate(late, 17) ^ rotate(late, 19) ^ (late >>> 10)
    w[i] = (at(w, i - 16) + s0 + at(w, i - 7) + s1) | 0
  }
  let a = at(state, 0)
  let b = at(state, 1)
  let c = at(state, 2)
  let d = at(state, 3)
  let e = at(state, 4)
  let f = at(state, 5)
  let g = at(state, 6)
  let h = at(state, 7)
  for (let i = 0; i < 64; i++) {
    const s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
    const first = (h + s1 + ((e & f) ^ (~e & g)) + at(ROUND_CONSTANTS, i) + at(w, i)) | 0
    const s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)
    const second = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0
    h = g
    g = f
    f = e
    e = (d + first) | 0
    d = c
    c = b
    b = a
    a = (first + second) | 0
  }
  const added = [a, b, c, d, e, f, g, h]
  for (let i = 0; i < 8; i++) state[i] = (at(state, i) + (added[i] ?? 0)) | 0
}
