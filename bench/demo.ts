/**
 * `npm run demo`: a month of one person through the real intake surfaces in a few seconds, the list after each step, what
 * changed and why, and at the end the discrepancies of the month.
 * Options: --language nb|en, --url <a hub that runs already>.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Bundle, DetectedIssue, List, MedicationStatement } from 'fhir/r4.js'
import { type HubClient, openHubClient } from '../src/cli/hub-client.js'
import { listTable, medicationText, type TableLanguage } from '../src/cli/list-table.js'
import { parseConfig } from '../src/config.js'
import { FNR } from '../src/core/canonical.js'
import type { Log } from '../src/core/ports.js'
import { startHub } from '../src/main.js'
import { freePort } from '../tests/support/free-port.js'
import { inger } from '../tests/support/kith-people.js'
import { openStory, type Story } from './demo-messages.js'
import { demoSteps } from './demo-steps.js'

const { values } = parseArgs({
  options: { language: { type: 'string', default: 'nb' }, url: { type: 'string' } },
})
const language: TableLanguage = values.language === 'en' ? 'en' : 'nb'

const WORDS = {
  nb: {
    step: 'Steg',
    sends: 'sendt',
    changed: 'Endret',
    opened: 'nytt avvik',
    closed: 'avvik lukket',
    nothing: 'ingenting på listen',
    added: 'ny linje',
    now: 'nå',
    gone: 'ikke lenger på listen',
    doses: 'meldinger fra dispenseren om poser',
    found: 'Avvikene i måneden: fra – til',
    open: 'åpent',
  },
  en: {
    step: 'Step',
    sends: 'sent',
    changed: 'Changed',
    opened: 'discrepancy opened',
    closed: 'discrepancy closed',
    nothing: 'nothing on the list',
    added: 'new line',
    now: 'now',
    gone: 'no longer on the list',
    doses: 'messages of the dispenser about sachets',
    found: 'Discrepancies of the month: from – to',
    open: 'open',
  },
}[language]

/** Days that the story lasts. */
const STORY_DAYS = 31
const DAY_MS = 86_400_000
const SILENT: Log = { info: () => undefined, warn: () => undefined, error: () => undefined }

/** What time it is in the story. */
interface StoryClock {
  now: number
}

async function main(): Promise<number> {
  const story = openStory(Date.now() - STORY_DAYS * DAY_MS)
  // A hub that runs already lives in its own time: it is told of the past month all at once.
  if (values.url !== undefined) return play(openHubClient(values.url), story, { now: 0 })
  const folder = await mkdtemp(join(tmpdir(), 'stafett-demo-'))
  const clock = { now: story.instant(0, '08:00') }
  const config = parseConfig({ DATA_DIR: folder, PORT: String(await freePort()), MLLP_PORT: '0' })
  const hub = await startHub(config, SILENT, { env: {}, clock: () => clock.now })
  try {
    return await play(openHubClient(config.publicUrl), story, clock)
  } finally {
    await hub.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

async function play(hub: HubClient, story: Story, clock: StoryClock): Promise<number> {
  let before: Bundle | undefined
  const told = new Map<string, Told>()
  for (const [index, step] of demoSteps(story).entries()) {
    console.log(`\n── ${WORDS.step} ${index + 1}: ${step.title[language]}`)
    let after: Bundle | undefined
    for (const message of step.messages) {
      clock.now = Math.max(clock.now, message.at)
      const reply = await message.send(hub)
      const state = reply.messageId === undefined ? '' : `, ${await hub.settled(reply.messageId, 20_000)}`
      if (!isDose(message.name))
        console.log(`   ${dayText(message.at)} ${message.name} ${WORDS.sends}: ${reply.status}${state}`)
      if (reply.status >= 400) {
        console.error(reply.text)
        return 1
      }
      after = await hub.list(FNR, inger.id)
      note(told, issuesOf(after), clock.now)
    }
    const given = step.messages.filter(({ name }) => isDose(name))
    if (given.length > 0) console.log(`   ${given.length} ${WORDS.doses}`)
    if (after === undefined) {
      console.error('the hub does not know the patient')
      return 1
    }
    console.log(indent(listTable(after, language)))
    console.log(`   ${WORDS.changed}: ${changes(before, after).join('\n            ') || WORDS.nothing}`)
    before = after
  }
  console.log(`\n── ${WORDS.found}`)
  for (const { issue, opened, closed } of told.values())
    console.log(
      `   ${dayText(opened)} – ${closed === undefined ? WORDS.open : dayText(closed)}  ${sentence(issue)}`,
    )
  return 0
}

/** A discrepancy as it was told first, and when it was first seen open and seen closed. */
interface Told {
  readonly issue: DetectedIssue
  readonly opened: number
  closed: number | undefined
}

function note(told: Map<string, Told>, open: readonly DetectedIssue[], now: number): void {
  const here = new Set(open.map(({ id }) => id ?? ''))
  for (const issue of open) {
    const known = told.get(issue.id ?? '')
    if (known === undefined) told.set(issue.id ?? '', { issue, opened: now, closed: undefined })
    else known.closed = undefined
  }
  for (const [id, one] of told) if (!here.has(id)) one.closed ??= now
}

const isDose = (name: string): boolean => name.startsWith('dose.')
const dayText = (instant: number): string =>
  instant === 0 ? '' : new Date(instant).toLocaleString('sv-SE', { timeZone: 'Europe/Oslo' }).slice(0, 16)

const indent = (text: string): string =>
  text
    .split('\n')
    .map((line) => `   ${line}`)
    .join('\n')

function changes(before: Bundle | undefined, after: Bundle): string[] {
  const was = new Map(linesOf(before).map((line) => [line.id, line]))
  const is = new Map(linesOf(after).map((line) => [line.id, line]))
  const lines = [...is].flatMap(([id, line]) => {
    const former = was.get(id)
    const say = (what: string) => [`${medicationText(line)}: ${what}`]
    if (former === undefined) return say(`${WORDS.added}, ${line.status}${reasonOf(line)}`)
    if (former.status !== line.status) return say(`${former.status} → ${line.status}${reasonOf(line)}`)
    const dose = line.dosage?.map((dosage) => dosage.text).join('; ')
    return former.dosage?.map((dosage) => dosage.text).join('; ') === dose ? [] : say(`${WORDS.now} ${dose}`)
  })
  const gone = [...was].flatMap(([id, line]) =>
    is.has(id) ? [] : [`${medicationText(line)}: ${WORDS.gone}`],
  )
  const openBefore = new Map(issuesOf(before).map((issue) => [issue.id, issue]))
  const openNow = new Map(issuesOf(after).map((issue) => [issue.id, issue]))
  const opened = [...openNow].flatMap(([id, issue]) =>
    openBefore.has(id) ? [] : [`${WORDS.opened}: ${sentence(issue)}`],
  )
  const closed = [...openBefore].flatMap(([id, issue]) =>
    openNow.has(id) ? [] : [`${WORDS.closed}: ${sentence(issue)}`],
  )
  return [...lines, ...gone, ...opened, ...closed]
}

const sentence = (issue: DetectedIssue): string =>
  `${issue.code?.coding?.[0]?.code ?? ''} – ${issue.detail ?? ''}`

const reasonOf = (line: MedicationStatement): string => {
  const reason = line.statusReason?.[0]
  const text = reason?.text ?? reason?.coding?.[0]?.display
  return text === undefined ? '' : ` (${text})`
}

type Shown = MedicationStatement | DetectedIssue | List

const resourcesOf = (bundle: Bundle | undefined): Shown[] =>
  // The answer holds these types; R4 typings say only `Resource`.
  (bundle?.entry ?? []).flatMap(({ resource }) => (resource === undefined ? [] : [resource as Shown]))
const linesOf = (bundle: Bundle | undefined): MedicationStatement[] =>
  resourcesOf(bundle).filter((resource) => resource.resourceType === 'MedicationStatement')
const issuesOf = (bundle: Bundle | undefined): DetectedIssue[] =>
  resourcesOf(bundle).filter((resource) => resource.resourceType === 'DetectedIssue')

process.exitCode = await main()
