/**
 * Real public messages through door, parser and maps; runs where the folder of samples lies beside the project. The
 * samples stay where they are: only their file names stand here.
 */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { splitBatch } from '../../../mappings/hl7v2/batch.js'
import { decodeText } from '../../../mappings/hl7v2/charset.js'
import { readHeader } from '../../../mappings/hl7v2/frame.js'
import { parseMessage } from '../../../mappings/hl7v2/parse.js'
import { hl7v2Protocol } from '../../../mappings/hl7v2/protocol.js'
import { isHubError } from '../../../src/core/errors.js'
import type { Mapped } from '../../../src/core/message.js'
import { validateR4 } from '../../support/r4-validator.js'
import { splitIndependently } from './independent-splitter.js'
import { lostValues } from './lost-values.js'
import { check, SETTINGS, withoutNulls } from './messages.js'

/** By file: each message of it as kinds of resource (merged parts by +), or the place and code of its refusal. */
const EXPECTED: Readonly<Record<string, readonly string[]>> = {
  'fhir-converter/ADT-A01-02': ['Practitioner*6 Patient Encounter'],
  'fhir-converter/ADT-A04-02': ['Practitioner*6 Patient Encounter'],
  'fhir-converter/ADT-A08-02': ['Practitioner*6 Patient Encounter, change'],
  'fhir-converter/ADT-A40-01': ['Practitioner Patient, merge'],
  'fhir-converter/ADT01-23': ['Practitioner Patient Encounter'],
  'fhir-converter/ADT04-23': ['Practitioner Patient Encounter'],
  'fhir-converter/RDE-O11-01': ['Organization*2 Practitioner*5 Patient Encounter MedicationRequest'],
  'fhir-converter/RDS-O13-01': ['Organization Practitioner*7 Patient Encounter MedicationDispense'],
  'linuxforhealth/ADT-A01-01': ['Practitioner*4 Patient Encounter AllergyIntolerance*2'],
  'linuxforhealth/ADT-A01-02': ['Patient AllergyIntolerance'],
  'linuxforhealth/ADT-A01-03': ['unreadable MSH-10 101'],
  'linuxforhealth/ADT-A01-04': ['unreadable MSH-10 101'],
  'linuxforhealth/ADT-A01-05': ['unreadable MSH-10 101'],
  'linuxforhealth/ADT-A01-06': ['unreadable MSH-10 101'],
  'linuxforhealth/ADT-A01-07': ['unreadable MSH-10 101'],
  'linuxforhealth/ADT-A01-08': ['unreadable MSH-10 101'],
  'linuxforhealth/ADT-A40-01': ['Patient, merge'],
  'linuxforhealth/ADT-A40-02': ['Patient, merge'],
  'linuxforhealth/RDE-O11-01': ['Patient MedicationRequest'],
  'linuxforhealth/RDE-O11-02': ['refuse ORC[1]-2 101'],
  'linuxforhealth/RDE-O11-03': ['Patient MedicationRequest, change'],
  'linuxforhealth/RDE-O11-04': ['Patient MedicationRequest, change'],
  'linuxforhealth/RDE-O11-05': ['refuse ORC-1 100'],
  'linuxforhealth/RDE-O11-06': ['Practitioner*2 Patient Encounter MedicationRequest, change'],
  'linuxforhealth/RDE-O11-07': ['unreadable MSH-10 101'],
  'linuxforhealth/RDE-O11-08': ['unreadable MSH-10 101'],
  'linuxforhealth/RDE-O11-09': ['unreadable MSH-10 101'],
  'linuxforhealth/RDE-O11-10': ['unreadable MSH-10 101'],
  'linuxforhealth/RDE-O11-11': ['unreadable MSH-10 101'],
  'linuxforhealth/RDE-O11-12': ['unreadable MSH-10 101'],
  'oie/batch03': ['Patient, merge', 'refuse MSH-9.1 200'],
  'own/ADT-A08-no-pv1': ['Patient'],
  'own/ADT-A08-null-clears': ['Patient'],
  'own/ADT-A40-two-pairs': ['Patient, merge + Patient, merge'],
  'own/RDE-O11-iv-admixture': ['Patient MedicationRequest, change'],
  'own/RDE-O11-replace-pair': ['Patient MedicationRequest*2, change'],
  'own/RDS-O13-partial-refill': ['Practitioner Patient MedicationDispense'],
  'own/edge-batch': ['Patient', 'Patient'],
  'own/edge-custom-separators': ['Patient'],
  'own/edge-latin1': ['Patient'],
  'own/edge-lf-with-embedded-text': ['refuse line 5 100'],
  'own/edge-mixed-eol': ['Patient'],
  'own/edge-no-msh9-3': ['Patient'],
  'own/edge-truncation-char-v27': ['Patient'],
}
const ALL_IDS = { ...SETTINGS, processingIds: ['P', 'T', 'D'] }

/** `../shared/samples/hl7v2` from the package root, wherever the compiled test lies. */
function findSamples(): string | undefined {
  for (
    let folder = dirname(fileURLToPath(import.meta.url));
    folder !== dirname(folder);
    folder = dirname(folder)
  ) {
    const candidates = [join(folder, '..', 'shared', 'samples', 'hl7v2')]
    const link = join(folder, 'package.json')
    if (!existsSync(link)) continue
    const found = [...candidates, process.env['STAFETT_TEST_SAMPLES'] ?? ''].find(
      (path) => path !== '' && existsSync(path),
    )
    if (found !== undefined) return found
  }
  return undefined
}

const root = findSamples()
const files =
  root === undefined
    ? []
    : readdirSync(root, { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.hl7'))
        .sort()
const messagesOf = (name: string): readonly Uint8Array[] => {
  const split = splitBatch(Uint8Array.from(readFileSync(join(root ?? '', name))))
  return split.kind === 'single' ? [split.message] : split.items
}

describe('HL7 v2 samples', function () {
  this.timeout(60_000)
  before(function () {
    if (root === undefined) this.skip()
  })

  it('are taken or refused as expected, are valid R4, and lose nothing', () => {
    const rows: string[] = []
    for (const name of files) {
      const key = name.replace(/\.hl7$/, '').replaceAll('\\', '/')
      const outcomes = messagesOf(name).map((raw) => {
        const { outcome, parts } = runThrough(raw)
        rows.push(
          `${key.padEnd(36)} ${outcome}${parts.length === 0 ? '' : `, ${countUnmapped(parts)} unmapped`}`,
        )
        for (const { resource } of parts.flatMap(({ resources }) => resources))
          assert.deepEqual(validateR4(withoutNulls(resource)), [], `${key} ${resource.resourceType}`)
        if (parts.length > 0) assert.deepEqual(lostValues(raw, parts), [], key)
        return outcome
      })
      const expected = EXPECTED[key]
      if (expected !== undefined) assert.deepEqual(outcomes, expected, key)
      else
        for (const outcome of outcomes) assert.match(outcome, /^refuse (MSH-9\.[12] 20[01]|MSH-2 102)$/, key)
    }
    if (process.env['STAFETT_TEST_DEEP']) console.log(rows.join('\n'))
    assert.ok(files.length > 0)
  })

  it('split by the package as by an independent splitter', () => {
    const compared = files.flatMap(messagesOf).filter((raw) => {
      const message = parseOrUndefined(raw)
      if (message === undefined) return false
      const header = readHeader(raw)
      const { text } = decodeText(raw.subarray(header.start), header.charsetName)
      const expected = splitIndependently(text.replace(/^\ufeff/, ''))
      assert.deepEqual(
        message.segments.map(({ name }) => name),
        expected.map(({ name }) => name),
      )
      for (const [index, segment] of message.segments.entries())
        for (const [f, field] of segment.fields.entries()) {
          if (segment.name === 'MSH' && f < 2) continue
          const raws = expected[index]?.fields[segment.name === 'MSH' ? f - 2 : f]
          for (const [r, repetition] of field.entries())
            for (const [c, component] of repetition.entries())
              for (const [s, leaf] of component.entries()) {
                const written = raws?.[r]?.[c]?.[s]
                if (written?.includes(message.separators.escape ?? '')) continue
                const shown = leaf === null ? '""' : (leaf ?? '')
                assert.equal(shown, written?.trim() === '' ? '' : written, `${segment.name}-${f + 1}`)
              }
        }
      return true
    })
    assert.ok(compared.length > 60, `${compared.length} compared`)
  })
})

function parseOrUndefined(raw: Uint8Array) {
  try {
    return parseMessage(raw)
  } catch (error) {
    if (isHubError(error)) return undefined
    throw error
  }
}

function runThrough(raw: Uint8Array): { outcome: string; parts: readonly Mapped[] } {
  const door = check(raw, ALL_IDS)
  if (door.kind !== 'accept') {
    const [problem] = door.refusal.problems
    return { outcome: `${door.kind} ${problem?.at} ${problem?.protocolCode}`, parts: [] }
  }
  const parts = door.items.map(({ kind, part, sender }) => {
    const type = hl7v2Protocol.types.get(kind)!
    const context = { zone: 'Europe/Oslo', receivedAt: '2026-11-22T10:00:00.000Z', sender }
    return type.map(type.parse(raw, part, context), context)
  })
  return { outcome: parts.map(summary).join(' + '), parts }
}

function summary(mapped: Mapped): string {
  const counts = new Map<string, number>()
  for (const { resource } of mapped.resources)
    counts.set(resource.resourceType, (counts.get(resource.resourceType) ?? 0) + 1)
  const kinds = [...counts].map(([type, count]) => (count === 1 ? type : `${type}*${count}`)).join(' ')
  const more = [
    ...(mapped.amendments.length > 0 ? ['change'] : []),
    ...(mapped.merge === undefined ? [] : ['merge']),
  ]
  return [kinds, ...more].join(', ')
}

const countUnmapped = (parts: readonly Mapped[]): number =>
  parts.reduce((total, { unmapped }) => total + unmapped.length, 0)
