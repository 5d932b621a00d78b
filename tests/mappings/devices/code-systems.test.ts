import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CodeSystem } from 'fhir/r4.js'
import { ALERT_OUTCOMES } from '../../../mappings/devices/alert-outcome.js'
import { EVIDENCE } from '../../../mappings/devices/canonical-event-schema.js'
import { DEVICE_FAULTS } from '../../../mappings/devices/device-fault.js'
import { NOT_DONE_REASONS } from '../../../mappings/devices/dose-not-done-reason.js'
import { EVENT_KINDS } from '../../../mappings/devices/event-kinds.js'

type Names = Readonly<Record<string, { readonly nb: string; readonly en: string }>>

const TABLES: readonly (readonly [string, Names])[] = [
  ['device-event-kind', EVENT_KINDS],
  ['dose-not-done-reason', NOT_DONE_REASONS],
  ['alert-outcome', ALERT_OUTCOMES],
  ['device-fault', DEVICE_FAULTS],
]

const read = (name: string): CodeSystem =>
  JSON.parse(
    readFileSync(join(process.cwd(), 'fhir-profiles', `CodeSystem-${name}.json`), 'utf8'),
  ) as CodeSystem

describe('device code systems', () => {
  for (const [name, table] of TABLES)
    it(`publishes ${name} as the table has it`, () => {
      const published = (read(name).concept ?? []).map((concept) => [
        concept.code,
        { en: concept.display, nb: concept.designation?.find(({ language }) => language === 'nb')?.value },
      ])
      assert.deepEqual(
        Object.fromEntries(published),
        Object.fromEntries(Object.entries(table).map(([code, { en, nb }]) => [code, { en, nb }])),
      )
    })

  it('publishes the strengths of evidence in rising order', () => {
    assert.deepEqual(
      read('intake-evidence').concept?.map(({ code }) => code),
      [...EVIDENCE],
    )
  })

  it('publishes every SCAIP code that an event is coded with', () => {
    const used = Object.values(EVENT_KINDS).flatMap(({ scaip }) => (scaip === undefined ? [] : [scaip]))
    assert.deepEqual(
      read('scaip-status')
        .concept?.map(({ code }) => code)
        .toSorted(),
      [...new Set(used)].toSorted(),
    )
  })
})
