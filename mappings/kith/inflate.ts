/** Unpacking of compressed attachments, piece by piece: what a bomb would unpack to is never held. */
import { Gunzip, Inflate, Unzlib } from 'fflate'
import { HubError } from '../../src/core/errors.js'
import { adler32, crc32 } from './checksum.js'

export type Compression = 'gzip' | 'zip' | 'zlib'

/** Deflate unpacks to at most 1,032 times its input, so that one piece gives at most 1 MB before the bound is looked at. */
const PIECE_BYTES = 1024

/** Told by the first bytes; the Compression element of a RefDoc says nothing reliable (eresept.md 2, fact 7). */
export function compressionOf(bytes: Uint8Array): Compression | undefined {
  const [a, b, c, d] = bytes
  if (a === 0x1f && b === 0x8b) return 'gzip'
  if (a === 0x50 && b === 0x4b && c === 0x03 && d === 0x04) return 'zip'
  if (a === 0x78 && b !== undefined && (a * 256 + b) % 31 === 0) return 'zlib'
  return undefined
}

/** Bytes that may still be unpacked from one message, all its attachments together, failed attempts included. */
export interface Budget {
  left: number
}

/**
 * The unpacked bytes, checked against the checksum that they were packed with; of a zip archive those of its one file.
 * @throws HubError MESSAGE_TOO_LARGE beyond the budget, MESSAGE_INVALID when it is broken or holds several files
 */
export function inflate(bytes: Uint8Array, compression: Compression, budget: Budget, at: string): Uint8Array {
  if (budget.left <= 0) throw tooLarge(at)
  const packed = packedPart(bytes, compression)
  if (packed === undefined) throw broken(at)
  const pieces: Uint8Array[] = []
  let length = 0
  const stream = open(compression, packed.stored, (piece) => {
    length += piece.length
    budget.left -= piece.length
    if (budget.left < 0) throw tooLarge(at)
    pieces.push(piece)
  })
  const { data } = packed
  try {
    for (let from = 0; from < data.length; from += PIECE_BYTES)
      stream.push(data.subarray(from, from + PIECE_BYTES), from + PIECE_BYTES >= data.length)
  } catch (cause) {
    throw cause instanceof HubError ? cause : broken(at, cause)
  }
  const all = joined(pieces, length)
  if ((compression === 'zlib' ? adler32(all) : crc32(all)) !== packed.checksum) throw broken(at)
  return all
}

interface Packed {
  readonly data: Uint8Array
  readonly checksum: number
  /** In a zip archive without compression. */
  readonly stored?: boolean
}

/** gzip ends with CRC-32 and length (RFC 1952), zlib with Adler-32, high byte first (RFC 1950). */
function packedPart(bytes: Uint8Array, compression: Compression): Packed | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const end = bytes.length
  switch (compression) {
    case 'gzip':
      return end < 18 ? undefined : { data: bytes, checksum: view.getUint32(end - 8, true) }
    case 'zlib':
      return end < 6 ? undefined : { data: bytes, checksum: view.getUint32(end - 4) }
    case 'zip':
      return zipEntry(bytes, view)
  }
}

const END_OF_DIRECTORY = 0x06054b50
const END_OF_DIRECTORY_BYTES = 22
const DIRECTORY_ENTRY = 0x02014b50
const DIRECTORY_ENTRY_BYTES = 46
const LOCAL_HEADER_BYTES = 30
const STORED = 0
const DEFLATED = 8

/** The one file of an archive, by its central directory (APPNOTE 4.3); an archive comment is not taken. */
function zipEntry(bytes: Uint8Array, view: DataView): Packed | undefined {
  const end = bytes.length - END_OF_DIRECTORY_BYTES
  if (end < 0 || view.getUint32(end, true) !== END_OF_DIRECTORY || view.getUint16(end + 10, true) !== 1)
    return undefined
  const entry = view.getUint32(end + 16, true)
  if (entry + DIRECTORY_ENTRY_BYTES > end || view.getUint32(entry, true) !== DIRECTORY_ENTRY) return undefined
  const method = view.getUint16(entry + 10, true)
  const header = view.getUint32(entry + 42, true)
  if (header + LOCAL_HEADER_BYTES > entry || (method !== STORED && method !== DEFLATED)) return undefined
  const names = view.getUint16(header + 26, true) + view.getUint16(header + 28, true)
  const from = header + LOCAL_HEADER_BYTES + names
  const to = from + view.getUint32(entry + 20, true)
  if (to > entry) return undefined
  return {
    data: bytes.subarray(from, to),
    checksum: view.getUint32(entry + 16, true),
    stored: method === STORED,
  }
}

interface Stream {
  readonly push: (piece: Uint8Array, final: boolean) => void
}

function open(
  compression: Compression,
  stored: boolean | undefined,
  take: (piece: Uint8Array) => void,
): Stream {
  switch (compression) {
    case 'gzip':
      return new Gunzip(take)
    case 'zlib':
      return new Unzlib(take)
    case 'zip':
      return stored === true ? { push: take } : new Inflate(take)
  }
}

function joined(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const [only] = pieces
  if (only !== undefined && pieces.length === 1) return only
  const all = new Uint8Array(length)
  let at = 0
  for (const piece of pieces) {
    all.set(piece, at)
    at += piece.length
  }
  return all
}

const tooLarge = (at: string): HubError =>
  new HubError('MESSAGE_TOO_LARGE', 'the unpacked attachment is beyond the limit on bytes', { at })
const broken = (at: string, cause?: unknown): HubError =>
  new HubError('MESSAGE_INVALID', 'the attachment cannot be unpacked', { at, protocolCode: 'T02', cause })
