import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { crc32, deflateRawSync, gzipSync } from 'node:zlib'
import { openCatalogueFile } from '../../src/cli/catalogue-file.js'
import { m30 } from '../support/fest-fixtures.js'

/** Local headers, then the central directory and its end (APPNOTE 4.3). */
function zip(files: Readonly<Record<string, string>>): Buffer {
  const locals: Buffer[] = []
  const directory: Buffer[] = []
  let at = 0
  for (const [name, content] of Object.entries(files)) {
    const raw = Buffer.from(content)
    const packed = deflateRawSync(raw)
    const common = Buffer.alloc(26)
    common.writeUInt16LE(20, 0)
    common.writeUInt16LE(8, 4)
    common.writeUInt32LE(crc32(raw), 10)
    common.writeUInt32LE(packed.length, 14)
    common.writeUInt32LE(raw.length, 18)
    common.writeUInt16LE(Buffer.byteLength(name), 22)
    const tail = Buffer.alloc(14)
    tail.writeUInt32LE(at, 10)
    const local = Buffer.concat([Buffer.from('PK\u0003\u0004'), common, Buffer.from(name), packed])
    directory.push(Buffer.from('PK\u0001\u0002\u0014\u0000'), common, tail, Buffer.from(name))
    locals.push(local)
    at += local.length
  }
  const entries = Buffer.concat(directory)
  const end = Buffer.alloc(18)
  end.writeUInt16LE(locals.length, 4)
  end.writeUInt16LE(locals.length, 6)
  end.writeUInt32LE(entries.length, 8)
  end.writeUInt32LE(at, 12)
  return Buffer.concat([...locals, entries, Buffer.from('PK\u0005\u0006'), end])
}

describe('file of the drug catalogue', () => {
  let folder = ''
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stafett-catalogue-'))
  })
  after(() => rm(folder, { recursive: true }))

  const read = async (name: string, content: string | Buffer) => {
    await writeFile(join(folder, name), content)
    const { xml, bytes } = await openCatalogueFile(join(folder, name))
    return { xml: await text(xml), bytes }
  }

  it('is read as XML, gzip or zip, whatever its name', async () => {
    const xml = m30()
    const bytes = Buffer.byteLength(xml)
    assert.deepEqual(await read('plain', xml), { xml, bytes })
    assert.deepEqual(await read('packed', gzipSync(xml)), { xml, bytes: undefined })
    assert.deepEqual(await read('zipped', zip({ 'les-meg.txt': 'x', 'fest.xml': xml })), { xml, bytes })
  })

  it('is refused in one line when it holds no catalogue, several, or cannot be unpacked', async () => {
    await assert.rejects(read('none.zip', zip({ 'les-meg.txt': 'x' })), /holds 0 XML files; one is expected/)
    await assert.rejects(read('two.zip', zip({ 'a.xml': 'x', 'b.xml': 'x' })), /holds 2 XML files/)
    await assert.rejects(read('cut.zip', zip({ 'a.xml': 'x' }).subarray(0, 20)), /cannot unpack/)
    await assert.rejects(openCatalogueFile(join(folder, 'nowhere')), /cannot read/)
  })
})
