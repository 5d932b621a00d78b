/** Unpacking of compressed attachments, piece by piece: what a bomb would unpack to is never held. */
import { Gunzip, Unzip, UnzipInflate, Unzlib } from 'fflate'
import { HubError } from '../../src/core/errors.js'

export type Compression = 'gzip' | 'zip' | 'zlib'

/** Deflate unpacks to at most 1,032 times its input, so that one piece gives at most 4 MB before the bound is looked at. */
const PIECE_BYTES = 4 * 1024

/** Told by the first bytes; the Compression element of a RefDoc says nothing reliable (eresept.md 2, fact 7). */
export function compressionOf(bytes: Uint8Array): Compression | undefined {
  const [a, b, c, d] = bytes
  if (a === 0x1f && b === 0x8b) return 'gzip'
  if (a === 0x50 && b === 0x4b && c === 0x03 && d === 0x04) return 'zip'
  if (a === 0x78 && b !== undefined && (a * 256 + b) % 31 === 0) return 'zlib'
  return undefined
}

/**
 * The unpacked bytes; of a zip archive those of its one file.
 * @throws HubError MESSAGE_TOO_LARGE beyond `bytesMax`, MESSAGE_INVALID when it is broken or holds several files
 */
export function inflate(
  bytes: Uint8Array,
  compression: Compression,
  bytesMax: number,
  at: string,
): Uint8Array {
  const pieces: Uint8Array[] = []
  let length = 0
  let files = 0
  const take = (piece: Uint8Array): void => {
    length += piece.length
    if (length > bytesMax)
      throw new HubError('MESSAGE_TOO_LARGE', 'the unpacked attachment is beyond the limit on bytes', { at })
    pieces.push(piece)
  }
  const stream = open(compression, take, () => {
    files += 1
    if (files > 1) throw broken(at)
  })
  try {
    for (let from = 0; from < bytes.length; from += PIECE_BYTES)
      stream.push(bytes.subarray(from, from + PIECE_BYTES), from + PIECE_BYTES >= bytes.length)
  } catch (cause) {
    throw cause instanceof HubError ? cause : broken(at, cause)
  }
  return joined(pieces, length)
}

interface Stream {
  readonly push: (piece: Uint8Array, final: boolean) => void
}

function open(compression: Compression, take: (piece: Uint8Array) => void, onFile: () => void): Stream {
  switch (compression) {
    case 'gzip':
      return new Gunzip(take)
    case 'zlib':
      return new Unzlib(take)
    case 'zip': {
      const archive = new Unzip((file) => {
        onFile()
        file.ondata = (error, piece) => {
          if (error !== null) throw error
          take(piece)
        }
        file.start()
      })
      archive.register(UnzipInflate)
      return archive
    }
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

const broken = (at: string, cause?: unknown): HubError =>
  new HubError('MESSAGE_INVALID', 'the attachment cannot be unpacked', { at, protocolCode: 'T02', cause })
