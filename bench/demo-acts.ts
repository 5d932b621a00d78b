/** What the GP of the demo's story decides on the shared list itself: reconciliation, a discrepancy, attestation. */
import type { DetectedIssue, List, MedicationStatement, Parameters } from 'fhir/r4.js'
import type { HubClient, HubReply } from '../src/cli/hub-client.js'
import { extensionUrl, HPR } from '../src/core/canonical.js'
import { fastlege } from '../tests/support/kith-people.js'
import { type DemoMessage, listAmong, type Story, shownResources } from './demo-messages.js'

type Parameter = NonNullable<Parameters['parameter']>[number]

const AUTHOR: Parameter = {
  name: 'author',
  valueReference: {
    type: 'Practitioner',
    identifier: { system: HPR, value: fastlege.hpr },
    display: `${fastlege.given} ${fastlege.family}`,
  },
}

interface Shown {
  readonly list: List | undefined
  readonly lines: readonly MedicationStatement[]
  readonly issues: readonly DetectedIssue[]
}

async function shown(hub: HubClient): Promise<Shown> {
  const resources = await shownResources(hub)
  return {
    list: listAmong(resources),
    lines: resources.filter((resource) => resource.resourceType === 'MedicationStatement'),
    issues: resources.filter((resource) => resource.resourceType === 'DetectedIssue'),
  }
}

const act = (hub: HubClient, { list }: Shown, path: string, parameter: Parameter[]): Promise<HubReply> =>
  hub.post(
    `/fhir/${path}`,
    JSON.stringify({ resourceType: 'Parameters', parameter: [AUTHOR, ...parameter] }),
    'application/fhir+json',
    { 'if-match': `W/"${list?.meta?.versionId}"` },
  )

/** The GP goes on with every line but the hospital's. */
export const reconciliation = (story: Story, day: number, time: string): DemoMessage => ({
  name: '$reconcile',
  at: story.instant(day, time),
  send: async (hub) => {
    const now = await shown(hub)
    const fingerprint = now.list?.extension?.find(({ url }) => url === extensionUrl('source-fingerprint'))
    return act(hub, now, `List/${now.list?.id}/$reconcile`, [
      { name: 'scope', valueCode: 'partial' },
      { name: 'sourceFingerprint', valueString: fingerprint?.valueString ?? '' },
      ...now.lines.map(({ id = '', medicationCodeableConcept }) => {
        const hospitals = medicationCodeableConcept?.text?.includes('100 mg') === true
        return {
          name: 'decision',
          part: [
            { name: 'kind', valueCode: hospitals ? 'stop' : 'continue' },
            { name: 'line', valueId: id },
            ...(hospitals
              ? [{ name: 'reason', valueCodeableConcept: { text: 'Står allerede på listen' } }]
              : []),
          ],
        }
      }),
    ])
  },
})

/** The tablet after the stop did no harm: nothing is left to be done about it. */
export const acceptance = (story: Story, day: number, time: string): DemoMessage => ({
  name: '$decide-issue',
  at: story.instant(day, time),
  send: async (hub) => {
    const now = await shown(hub)
    const taken = now.issues.find(({ code }) => code?.coding?.[0]?.code === 'taken-after-stop')
    return act(hub, now, `DetectedIssue/${taken?.id}/$decide-issue`, [
      { name: 'kind', valueCode: 'accept' },
      { name: 'reason', valueString: 'Snakket med pasienten; resten av posene gis uten tabletten' },
      { name: 'until', valueDate: story.date(day + 60) },
    ])
  },
})

export const attestation = (story: Story, day: number, time: string): DemoMessage => ({
  name: '$attest',
  at: story.instant(day, time),
  send: async (hub) => {
    const now = await shown(hub)
    return act(hub, now, `List/${now.list?.id}/$attest`, [
      { name: 'scope', valueCode: 'lines' },
      ...now.lines.map(({ id = '' }) => ({ name: 'line', valueId: id })),
      { name: 'basis', valueCode: 'patient-asked' },
    ])
  },
})
