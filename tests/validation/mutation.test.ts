import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { Validation } from '../../src/validation/validate.js'
import { validateR4 } from '../support/r4-validator.js'
import { testValidation } from '../support/validation.js'
import { intake, line, list, medication, patient, prescription } from './fixtures.js'

const NUM_RUNS = process.env['STAFETT_TEST_DEEP'] ? 1000 : 60
const SEED = 20_260_302

type Path = readonly (string | number)[]

/** Every place of a JSON value, the outermost left out. */
function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path]
  const below = Array.isArray(value)
    ? value.flatMap((item, index) => pathsOf(item, [...path, index]))
    : Object.entries(value).flatMap(([name, item]) => pathsOf(item, [...path, name]))
  return path.length === 0 ? below : [path, ...below]
}

const REMOVE = Symbol('remove')
const REPLACEMENTS: readonly unknown[] = [
  REMOVE,
  '',
  ' ',
  'not-a-code',
  '2026-13-45',
  '2026-02-30T10:00:00Z',
  -1,
  1.5,
  true,
  null,
  [],
  {},
  ['x'],
  { unknownProperty: 1 },
]

function mutated(resource: object, path: Path, replacement: unknown): unknown {
  const copy = structuredClone(resource)
  // The path was read from this very resource.
  const parent = path
    .slice(0, -1)
    .reduce<unknown>((at, part) => (at as Record<string, unknown>)[part], copy) as Record<string, unknown>
  const last = path.at(-1)!
  if (replacement !== REMOVE) parent[last] = replacement
  else if (Array.isArray(parent)) parent.splice(Number(last), 1)
  else delete parent[last]
  return copy
}

describe('validation against a second opinion', function () {
  this.timeout(120_000)
  let validation: Validation
  before(async () => {
    validation = await testValidation()
  })

  const RESOURCES: readonly object[] = [prescription, line, list, intake, medication, patient]

  it('refuses every mutated resource that the published definitions refuse', () => {
    const change = fc
      .constantFrom(...RESOURCES)
      .chain((resource) =>
        fc.tuple(
          fc.constant(resource),
          fc.constantFrom(...pathsOf(resource)),
          fc.constantFrom(...REPLACEMENTS),
        ),
      )
    const seen = { refused: 0 }
    fc.assert(
      fc.property(change, ([resource, path, replacement]) => {
        const changed = mutated(resource, path, replacement)
        const theirs = validateR4(changed)
        if (theirs.length === 0) return
        seen.refused++
        assert.ok(
          validation.validate(changed).length > 0,
          `${path.join('.')} ← ${String(JSON.stringify(replacement))}: ${theirs.join('; ')}`,
        )
      }),
      { numRuns: NUM_RUNS * 5, seed: SEED },
    )
    assert.ok(seen.refused > NUM_RUNS, 'too few mutations were refused to prove anything')
  })

  it('refuses an unknown property at every object', () => {
    for (const resource of RESOURCES)
      for (const path of pathsOf(resource)) {
        const at = path.reduce<unknown>((value, part) => (value as Record<string, unknown>)[part], resource)
        if (typeof at !== 'object' || at === null || Array.isArray(at)) continue
        const problems = validation.validate(mutated(resource, [...path, 'unknownProperty'], 1))
        assert.ok(
          problems.some(
            (problem) => problem.at.endsWith('.unknownProperty') && problem.code === 'RESOURCE_STRUCTURE',
          ),
          path.join('.'),
        )
      }
  })
})
