/** A drug catalogue as a stream of XML bytes, out of the file as it was published: XML, zip or gzip. */
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { type Entry, openPromise } from 'yauzl'
import { CommandError } from './hub-client.js'

export interface CatalogueFile {
  readonly xml: Readable
  /** Bytes of the XML, where the file tells. */
  readonly bytes: number | undefined
}

const ZIP_START = 'PK\u0003\u0004'
const GZIP_START = '\u001f\u008b'

/** @throws CommandError when there is no such file, or a zip without exactly one XML file */
export async function openCatalogueFile(path: string): Promise<CatalogueFile> {
  const { start, size } = await look(path)
  if (start === ZIP_START) return openZip(path)
  if (start.startsWith(GZIP_START))
    return { xml: createReadStream(path).pipe(createGunzip()), bytes: undefined }
  return { xml: createReadStream(path), bytes: size }
}

async function look(path: string): Promise<{ start: string; size: number }> {
  try {
    const file = await open(path)
    try {
      const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(4) })
      return { start: buffer.subarray(0, bytesRead).toString('latin1'), size: (await file.stat()).size }
    } finally {
      await file.close()
    }
  } catch (cause) {
    throw new CommandError(`cannot read ${path}`, { cause })
  }
}

async function openZip(path: string): Promise<CatalogueFile> {
  try {
    const zip = await openPromise(path, { autoClose: false })
    const found: Entry[] = []
    for await (const entry of zip.eachEntry()) if (/\.xml$/i.test(entry.fileName)) found.push(entry)
    const [entry] = found
    if (entry === undefined || found.length > 1) {
      zip.close()
      throw new CommandError(`${path} holds ${found.length} XML files; one is expected`)
    }
    const xml = await zip.openReadStreamPromise(entry)
    xml.once('close', () => zip.close())
    return { xml, bytes: entry.uncompressedSize }
  } catch (cause) {
    throw cause instanceof CommandError ? cause : new CommandError(`cannot unpack ${path}`, { cause })
  }
}
