import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CodeSystem } from 'fhir/r4.js'
import { CANONICAL_BASE } from '../../src/core/canonical.js'
import { ERRORS } from '../../src/core/errors.js'
import type { SourceRole } from '../../src/core/message.js'
import type { Completeness, EntryFlag, SourceCondition } from '../../src/medication-list/contract.js'
import { openDefinitions } from '../../src/validation/definitions.js'
import { flagAllowsStatus } from '../../src/validation/flag-status.js'
import { packageRoot } from '../../src/validation/package-root.js'
import { validateR4 } from '../support/r4-validator.js'

/** Names that surfaces.md promises to the outside. */
const PROMISED = [
  ...[
    'line',
    'source-row',
    'prescription',
    'dispense',
    'administration',
    'device',
    'list',
    'source-list',
  ].map((name) => `StructureDefinition/hub-${name}`),
  ...['match-basis', 'source-state', 'completeness', 'original-text', 'intake-evidence'].map(
    (name) => `StructureDefinition/${name}`,
  ),
  ...[
    'medlist-layer',
    'medlist-entry-flag',
    'medlist-issue',
    'medlist-task',
    'medlist-category',
    'error',
  ].map((name) => `CodeSystem/${name}`),
  ...['device-event-kind', 'dose-not-done-reason', 'intake-evidence', 'device-fault', 'event-mark'].map(
    (name) => `CodeSystem/${name}`,
  ),
]

const NAME_CALL = /\b(extensionUrl|profileUrl|codeSystemUrl)\(\s*'([^']+)'/g

/** `StructureDefinition/x` or `CodeSystem/x` of every name of our own that the code asks for by a literal. */
function usedNames(root: string): Map<string, string> {
  const used = new Map<string, string>()
  for (const folder of ['src', 'mappings', 'adapters', 'queue'].filter((name) =>
    existsSync(join(root, name)),
  ))
    for (const entry of readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })) {
      if (!/\.[jt]s$/.test(entry)) continue
      for (const [, call, name] of readFileSync(join(root, folder, entry), 'utf8').matchAll(NAME_CALL))
        used.set(
          `${call === 'codeSystemUrl' ? 'CodeSystem' : 'StructureDefinition'}/${name}`,
          join(folder, entry),
        )
    }
  return used
}

describe('fhir-profiles', function () {
  this.timeout(60_000)
  const definitions = openDefinitions()
  const urls = new Set(definitions.map(({ url }) => url))
  const codesOf = (name: string): string[] => {
    const system = definitions.find(
      (item): item is CodeSystem => item.url === `${CANONICAL_BASE}/CodeSystem/${name}`,
    )
    return (system?.concept ?? []).map(({ code }) => code)
  }

  for (const definition of definitions)
    it(`${definition.resourceType} ${definition.id} is valid R4 under its own name`, () => {
      assert.deepEqual(validateR4(definition), [])
      assert.equal(definition.url, `${CANONICAL_BASE}/${definition.resourceType}/${definition.id}`)
      assert.equal(definition.publisher, 'Stafett')
      assert.equal(definition.status, 'active')
      assert.match(String(definition.id), /^[a-z][a-z0-9-]*$/)
    })

  it('holds every name that the outside relies on', () => {
    assert.deepEqual(
      PROMISED.filter((name) => !urls.has(`${CANONICAL_BASE}/${name}`)),
      [],
    )
  })

  it('defines every extension, profile and code system that the code names', () => {
    // Source where it is there (a checkout), else the built code (an installation).
    const root = packageRoot()
    const missing = [...usedNames(root)].filter(([name]) => !urls.has(`${CANONICAL_BASE}/${name}`))
    assert.deepEqual(missing, [])
  })

  it('has one concept for every error code, with a text in Norwegian', () => {
    assert.deepEqual(codesOf('error').sort(), Object.keys(ERRORS).sort())
  })

  it('has one concept for every flag, source role, source condition and completeness of the contracts', () => {
    // A member that is added to a union without a row here does not compile.
    const flags: Record<EntryFlag, true> = {
      new: true,
      changed: true,
      unchanged: true,
      held: true,
      resumed: true,
      stopped: true,
      completed: true,
      merged: true,
      split: true,
      error: true,
    }
    const roles: Record<SourceRole, true> = {
      prescriber: true,
      'source-list': true,
      hospital: true,
      pharmacy: true,
      'home-care': true,
      device: true,
      patient: true,
      client: true,
    }
    const conditions: Record<SourceCondition, true> = {
      current: true,
      late: true,
      silent: true,
      failed: true,
      waiting: true,
    }
    const completeness: Record<Completeness, true> = { complete: true, partial: true, unknown: true }
    assert.deepEqual(codesOf('medlist-entry-flag').sort(), Object.keys(flags).sort())
    assert.deepEqual(codesOf('source-role').sort(), Object.keys(roles).sort())
    assert.deepEqual(codesOf('source-condition').sort(), Object.keys(conditions).sort())
    assert.deepEqual(codesOf('completeness').sort(), Object.keys(completeness).sort())
  })

  it('says every code in English and Norwegian', () => {
    for (const definition of definitions) {
      if (definition.resourceType !== 'CodeSystem') continue
      for (const concept of definition.concept ?? []) {
        assert.ok(concept.display, `${definition.id} ${concept.code}`)
        assert.ok(
          concept.designation?.some(({ language, value }) => language === 'nb' && value.trim() !== ''),
          `${definition.id} ${concept.code} has no Norwegian text`,
        )
      }
      const codes = (definition.concept ?? []).map(({ code }) => code)
      assert.equal(new Set(codes).size, codes.length, `${definition.id} has a code twice`)
    }
  })

  it('refers only to value sets and code systems that exist', () => {
    const text = JSON.stringify(definitions)
    const named = [
      ...text.matchAll(/"(http:\/\/stafett\.internal\/fhir\/(?:ValueSet|CodeSystem)\/[a-z0-9-]+)"/g),
    ]
    assert.deepEqual(
      [...new Set(named.map(([, url]) => url))].filter((url) => !urls.has(url)),
      [],
    )
  })

  it('pairs every entry flag with at least one status of a line', () => {
    const statuses = ['active', 'completed', 'entered-in-error', 'intended', 'stopped', 'on-hold', 'unknown']
    for (const flag of codesOf('medlist-entry-flag'))
      assert.ok(
        statuses.some((status) => flagAllowsStatus(flag, status)),
        flag,
      )
    assert.ok(!flagAllowsStatus('stopped', 'active'))
    assert.ok(!flagAllowsStatus('constructor', 'active'))
  })
})
