#!/usr/bin/env node
/** The `stafett` command. */
import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { DNR, FNR } from '../core/canonical.js'
import { backup, serve } from '../main.js'
import { CommandError, contentTypeOf, type HubClient, openHubClient } from './hub-client.js'
import { listTable, type TableLanguage } from './list-table.js'
import { sendCatalogue } from './load-catalogue.js'
import { deadLetters, messages, replay } from './operations.js'
import { reconcile } from './reconcile.js'
import { reportFiles } from './report-fidelity.js'
import { verifyHistory } from './verify-history.js'

const USAGE = `stafett serve [--role api,worker,mllp]     runs the hub; --restore <file>: from a backup, in an empty DATA_DIR
stafett backup <file>                      a synced copy of the embedded store, of a running hub or of DATA_DIR
stafett send <channel> <file…>             sends messages (hl7v2, eresept, sfm, devices/<vendor>), prints each answer
stafett list <identifier>                  the shared list as a table; identifier is a national number or <system>|<value>
stafett fidelity <file…>                   every value of a message: mapped (where), administrative (why), unmapped; --json
stafett fest <file> [--force]              loads the drug catalogue (FEST M30; XML, zip or gzip); --force: even an older one
stafett messages [--state <state>]         inbox rows, newest first (also by --channel, --fingerprint)
stafett reconcile <channel> <file>         which messages of a sender's log (sender, tab, id a line) the hub has not
stafett verify-history [<patient>]          whether the past of the lists is what it was; patient is an id or <system>|<value>
stafett dead-letters [--channel <channel>] dead letters in groups of one cause
stafett replay <id…> [--dry-run]           runs dead letters again, or shows what that would change
stafett replay --fingerprint <group>       counts those of a group (or by --channel, --sender, --kind, --from, --to);
                                           with --expected <count> runs them again and shows the progress

--url <base>       the hub (http://127.0.0.1:3000)
--language nb|en   of tables (nb)`

const parse = () =>
  parseArgs({
    allowPositionals: true,
    options: {
      role: { type: 'string' },
      restore: { type: 'string' },
      url: { type: 'string', default: 'http://127.0.0.1:3000' },
      state: { type: 'string' },
      force: { type: 'boolean', default: false },
      channel: { type: 'string' },
      fingerprint: { type: 'string' },
      sender: { type: 'string' },
      kind: { type: 'string' },
      from: { type: 'string' },
      to: { type: 'string' },
      expected: { type: 'string' },
      'dry-run': { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      language: { type: 'string', default: 'nb' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })

type Options = ReturnType<typeof parse>['values']

/** @returns exit code: 0 done, 1 refused or failed, 2 not understood */
async function run(): Promise<number> {
  const given = parsed()
  if (given === undefined) {
    console.error(USAGE)
    return 2
  }
  const { values, positionals } = given
  const [command = '', ...rest] = positionals
  try {
    return await perform(values.help ? 'help' : command, rest, values)
  } catch (error) {
    if (!(error instanceof CommandError)) throw error
    console.error(error.message)
    return 1
  }
}

/** Undefined for options that there are not. */
function parsed(): ReturnType<typeof parse> | undefined {
  try {
    return parse()
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    console.error(error.message)
    return undefined
  }
}

async function perform(command: string, rest: readonly string[], values: Options): Promise<number> {
  const hub = () => openHubClient(values.url)
  switch (command) {
    case 'serve':
      return serve({ role: values.role, restore: values.restore })
    case 'backup':
      hub()
      return backUpTo(values.url, rest[0])
    case 'send':
      return send(hub(), rest[0], rest.slice(1))
    case 'list':
      return list(hub(), rest[0], values.language === 'en' ? 'en' : 'nb')
    case 'messages':
      return messages(hub(), values)
    case 'dead-letters':
      return deadLetters(hub(), values.channel)
    case 'replay':
      return replay(hub(), rest, values)
    case 'reconcile':
      if (rest[0] !== undefined && rest[1] !== undefined) return reconcile(hub(), rest[0], rest[1])
      console.error(USAGE)
      return 2
    case 'verify-history':
      return verifyHistory(hub(), rest[0])
    case 'fidelity':
      if (rest.length > 0) return reportFiles(rest, { json: values.json, zone: process.env['STAFETT_ZONE'] })
      console.error(USAGE)
      return 2
    case 'fest':
      // Also sees to it that the address can be one.
      hub()
      return fest(values.url, rest[0], values.force)
    case 'help':
      console.log(USAGE)
      return 0
    default:
      console.error(USAGE)
      return 2
  }
}

async function backUpTo(url: string, file: string | undefined): Promise<number> {
  if (file !== undefined) return backup(url, file)
  console.error(USAGE)
  return 2
}

async function send(hub: HubClient, channel: string | undefined, files: readonly string[]): Promise<number> {
  if (channel === undefined || files.length === 0) {
    console.error(USAGE)
    return 2
  }
  let refused = 0
  for (const [index, file] of files.entries()) {
    const body = await readFile(file).catch((cause: unknown) => {
      throw new CommandError(`cannot read ${file}`, { cause })
    })
    const type = file.endsWith('.ndjson') ? 'application/x-ndjson' : contentTypeOf(channel)
    const reply = await hub.send(channel, body, type)
    if (reply.status >= 400) refused += 1
    const counter = files.length > 1 ? `[${index + 1}/${files.length}] ` : ''
    console.log(
      `${counter}${file}: ${reply.status}${reply.messageId === undefined ? '' : ` ${reply.messageId}`}`,
    )
    console.log(reply.text.replaceAll('\r', '\n'))
  }
  return refused === 0 ? 0 : 1
}

async function list(
  hub: HubClient,
  identifier: string | undefined,
  language: TableLanguage,
): Promise<number> {
  if (identifier === undefined) {
    console.error(USAGE)
    return 2
  }
  const bundle = await findList(hub, identifier)
  if (bundle === undefined) {
    console.error('nobody has this identifier')
    return 1
  }
  console.log(listTable(bundle, language))
  return 0
}

async function findList(hub: HubClient, identifier: string) {
  const bar = identifier.indexOf('|')
  if (bar >= 0) return hub.list(identifier.slice(0, bar), identifier.slice(bar + 1))
  return (await hub.list(FNR, identifier)) ?? (await hub.list(DNR, identifier))
}

async function fest(url: string, file: string | undefined, force: boolean): Promise<number> {
  if (file === undefined) {
    console.error(USAGE)
    return 2
  }
  const reply = await sendCatalogue(url, file, force, openProgress())
  if (process.stderr.isTTY) process.stderr.write('\n')
  console.log(reply.text)
  return reply.status === 200 ? 0 : 1
}

/** One line that overwrites itself on a terminal; a line every tenth of the file elsewhere. */
function openProgress(): (sent: number, all: number | undefined) => void {
  let told = -1
  return (sent, all) => {
    const megabytes = Math.floor(sent / 1_000_000)
    const step = all === undefined ? megabytes : Math.floor((100 * sent) / all)
    if (step === told || (!process.stderr.isTTY && step % 10 !== 0)) return
    told = step
    const share = all === undefined ? '' : ` of ${Math.ceil(all / 1_000_000)} MB, ${step} %`
    process.stderr.write(
      `${process.stderr.isTTY ? '\r' : ''}${megabytes} MB${share}${process.stderr.isTTY ? '' : '\n'}`,
    )
  }
}

process.exitCode = await run()
