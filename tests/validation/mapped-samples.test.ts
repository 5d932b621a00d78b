import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { hl7v2Protocol } from '../../mappings/hl7v2/protocol.js'
import { kithProtocol } from '../../mappings/kith/protocol.js'
import { sfmProtocol } from '../../mappings/sfm/protocol.js'
import { isHubError } from '../../src/core/errors.js'
import type { ChannelProtocol, DoorSettings, MappedResource } from '../../src/core/message.js'
import { packageRoot } from '../../src/validation/package-root.js'
import type { Validation } from '../../src/validation/validate.js'
import { testValidation } from '../support/validation.js'

/** Real messages, there only where the folder beside the checkout is; never part of the project. */
const SAMPLES = join(packageRoot(), '..', 'shared', 'samples')
const SETTINGS: DoorSettings = { zone: 'Europe/Oslo', syntheticIds: 'accept', processingIds: ['P', 'T', 'D'] }

const CHANNELS: readonly [folder: string, files: RegExp, protocol: ChannelProtocol][] = [
  ['eresept/msg', /\.xml$/i, kithProtocol],
  ['eresept/fhir-sfm', /\.json$/i, sfmProtocol],
  ['hl7v2', /\.(?:hl7|txt|msg|er7)$/i, hl7v2Protocol],
]

/** What a message that the door accepts and the mapping understands yields; nothing for the others. */
function resourcesOf(protocol: ChannelProtocol, raw: Uint8Array): MappedResource[] {
  const door = protocol.check(raw, SETTINGS)
  if (door.kind !== 'accept') return []
  return door.items.flatMap((envelope) => {
    const type = protocol.types.get(envelope.kind)
    const context = { zone: SETTINGS.zone, receivedAt: '2026-11-22T10:00:00Z', sender: envelope.sender }
    try {
      return type === undefined
        ? []
        : [...type.map(type.parse(raw, envelope.part, context), context).resources]
    } catch (error) {
      // A sample that breaks a rule of its format is refused with a reason; that is tested elsewhere.
      if (isHubError(error)) return []
      throw error
    }
  })
}

/** As the hub stores it: JSON, and a `null` that deletes an element of the version before is gone. */
const stored = (resource: object): unknown =>
  JSON.parse(JSON.stringify(resource), (name, value: unknown) =>
    value === null && name !== '' && !/^\d+$/.test(name) ? undefined : value,
  )

describe('validation of what real messages are mapped to', function () {
  this.timeout(60_000)
  let validation: Validation
  before(async () => {
    validation = await testValidation()
  })

  for (const [folder, files, protocol] of CHANNELS)
    it(`finds nothing wrong with the resources of ${folder}`, function () {
      const path = join(SAMPLES, folder)
      if (!existsSync(path)) this.skip()
      const counted = { resources: 0 }
      const problems: string[] = []
      for (const name of readdirSync(path, { recursive: true, encoding: 'utf8' }).filter((file) =>
        files.test(file),
      ))
        for (const { resource } of resourcesOf(protocol, readFileSync(join(path, name)))) {
          counted.resources++
          for (const { at, text } of validation.validate(stored(resource)))
            problems.push(`${name}: ${at}: ${text}`)
        }
      assert.deepEqual(problems, [])
      assert.ok(counted.resources > 0, 'no sample was understood')
    })
})
