/**
 * `npm run demo`: one patient's story through the real intake surfaces, the list after each step, what changed and why.
 * Options: --language nb|en, --url <a hub that runs already>.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Bundle, DetectedIssue, List, MedicationStatement } from 'fhir/r4.js'
import { type HubClient, openHubClient } from '../src/cli/hub-client.js'
import { listTable, medicationText, type TableLanguage } from '../src/cli/list-table.js'
import { FNR } from '../src/core/canonical.js'
import { startHubProcess } from '../tests/support/hub-process.js'
import { inger } from '../tests/support/kith-people.js'
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
  },
}[language]

async function main(): Promise<number> {
  if (values.url !== undefined) return play(openHubClient(values.url))
  const folder = await mkdtemp(join(tmpdir(), 'stafett-demo-'))
  const hub = await startHubProcess({ DATA_DIR: folder })
  try {
    return await play(openHubClient(hub.url))
  } finally {
    await hub.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

async function play(hub: HubClient): Promise<number> {
  let before: Bundle | undefined
  for (const [index, step] of demoSteps(new Date()).entries()) {
    console.log(`\n── ${WORDS.step} ${index + 1}: ${step.title[language]}`)
    for (const message of step.messages) {
      const reply = await message.send(hub)
      const state = reply.messageId === undefined ? '' : `, ${await hub.settled(reply.messageId, 20_000)}`
      console.log(`   ${message.name} ${WORDS.sends}: ${reply.status}${state}`)
      if (reply.status >= 400) {
        console.error(reply.text)
        return 1
      }
    }
    const after = await hub.list(FNR, inger.id)
    if (after === undefined) {
      console.error('the hub does not know the patient')
      return 1
    }
    console.log(indent(listTable(after, language)))
    console.log(`   ${WORDS.changed}: ${changes(before, after).join('\n            ') || WORDS.nothing}`)
    before = after
  }
  return 0
}

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
