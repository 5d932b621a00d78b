/** Backup under load and a start from it (reliability.md 8, F-43): with the deep suite. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, rm, stat, truncate } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { newDataFolder } from '../support/data-folder.js'
import { orderMessage } from '../support/hl7-orders.js'
import { type HubProcess, startHubProcess } from '../support/hub-process.js'

const COMMAND = join(fileURLToPath(import.meta.url), '..', '..', '..', 'src', 'cli', 'stafett.js')
const suite = process.env.STAFETT_TEST_DEEP === '1' ? describe : describe.skip

suite('a backup of the embedded store', function () {
  this.timeout(600_000)
  const folders: string[] = []
  const hubs: HubProcess[] = []
  after(async () => {
    for (const hub of hubs) await hub.kill()
    for (const folder of folders) await rm(folder, { recursive: true, force: true })
  })
  const start = async (...given: Parameters<typeof startHubProcess>) => {
    const hub = await startHubProcess(...given)
    hubs.push(hub)
    return hub
  }
  const backup = async (file: string, url: string, folder: string) => {
    const child = spawn(process.execPath, [COMMAND, 'backup', file, '--url', url], {
      env: { PATH: process.env.PATH ?? '', DATA_DIR: folder },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const [[code], said] = await Promise.all([once(child, 'exit'), text(child.stderr)])
    return { code, said }
  }
  const post = async (hub: HubProcess, order: number) => {
    const response = await fetch(`${hub.url}/intake/hl7v2`, {
      method: 'POST',
      body: orderMessage({ patient: order % 20, order }),
      headers: { 'content-type': 'application/hl7-v2' },
    })
    assert.equal(response.status, 200)
    return response.headers.get('stafett-message') ?? ''
  }

  it('taken under load holds all that was acknowledged before, and a hub starts from it', async () => {
    const folder = await newDataFolder('stafett-backup-')
    const target = await mkdtemp(join(tmpdir(), 'stafett-backup-'))
    folders.push(folder, target)
    const file = join(target, 'backup.tar.gz')
    const first = await start({ DATA_DIR: folder, MLLP_PORT: '0' })
    const before: string[] = []
    for (let order = 0; order < 100; order += 1) before.push(await post(first, order))
    const load = { on: true, sent: 0 }
    const sending = (async () => {
      for (let order = 100; load.on; order += 1) {
        await post(first, order)
        load.sent += 1
      }
    })()
    assert.deepEqual(await backup(file, first.url, folder), { code: 0, said: '' })
    load.on = false
    await sending
    assert.ok(load.sent > 0)
    assert.equal((await stat(file)).mode & 0o777, 0o600)

    const away = await backup(join(target, 'other'), 'http://127.0.0.1:9', folder)
    assert.equal(away.code, 1)
    assert.match(away.said, /name its address with --url/)
    await first.kill()
    assert.deepEqual(await backup(join(target, 'stopped'), 'http://127.0.0.1:9', folder), {
      code: 0,
      said: '',
    })

    const empty = await mkdtemp(join(tmpdir(), 'stafett-restored-'))
    folders.push(empty)
    const second = await start({ DATA_DIR: empty, MLLP_PORT: '0' }, { restore: file })
    for (const id of before)
      for (let tries = 0; ; tries += 1) {
        const { state } = (await (await fetch(`${second.url}/ops/messages/${id}`)).json()) as {
          state: string
        }
        if (state === 'done') break
        assert.ok(tries < 400, `${id} is ${state}`)
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
    assert.equal(await second.stop(), 0)
  })

  it('is named when the folder does not open, whichever of its files was lost', async () => {
    const folder = folders[0]!
    for (const damage of [
      (path: string) => truncate(join(path, 'db', 'global', 'pg_control'), 0),
      (path: string) => rm(join(path, 'db', 'pg_wal'), { recursive: true }),
      (path: string) => rm(join(path, 'db', 'PG_VERSION')),
      (path: string) => rm(join(path, 'db', 'base'), { recursive: true }),
    ]) {
      const copy = await mkdtemp(join(tmpdir(), 'stafett-damaged-'))
      folders.push(copy)
      await cp(folder, copy, { recursive: true })
      await damage(copy)
      await assert.rejects(
        start({ DATA_DIR: copy, MLLP_PORT: '0' }),
        /does not open; its last backup is .*stopped of 20/,
      )
    }
  })
})
