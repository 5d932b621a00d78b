import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { kithProtocol } from '../../../mappings/kith/protocol.js'
import type { Mapped } from '../../../src/core/message.js'
import { lostValues } from '../../support/kith-fidelity.js'
import { lost, type Ran, run, SETTINGS } from '../../support/kith-run.js'
import { validateR4 } from '../../support/r4-validator.js'

const FOLDER = 'shared/samples/eresept/msg'

/** The folder beside the repository, where the samples of others lie on a developer's machine. */
function findSamples(): string | undefined {
  for (let at = dirname(fileURLToPath(import.meta.url)); dirname(at) !== at; at = dirname(at)) {
    const folder = join(dirname(at), FOLDER)
    if (existsSync(folder)) return folder
    const cwd = join(dirname(process.cwd()), FOLDER)
    if (existsSync(cwd)) return cwd
  }
  return undefined
}

/** What is taken, by the beginning of the file name: kind, resources besides the parties, amendments. */
const TAKEN: Readonly<Record<string, { kind: string; resources: string; amendments: number }>> = {
  'apprec10-ok-erm1.xml': { kind: 'AppRec', resources: '', amendments: 0 },
  'apprec10-ok-erm251.xml': { kind: 'AppRec', resources: '', amendments: 0 },
  'apprec10-ok-erm7-fra-epj.xml': { kind: 'AppRec', resources: '', amendments: 0 },
  'm1-resept-01.xml': { kind: 'M1', resources: 'MedicationRequest', amendments: 0 },
  'm1-resept-02-magistrell.xml': { kind: 'M1', resources: 'MedicationRequest', amendments: 0 },
  'm1-resept-03.xml': { kind: 'M1', resources: 'MedicationRequest', amendments: 0 },
  'm1-resept-04-handelsvare.xml': { kind: 'M1', resources: 'DeviceRequest', amendments: 0 },
  'm5-tilbakekalling-01.xml': { kind: 'M5', resources: '', amendments: 2 },
  'm5-tilbakekalling-02-fornying-nyreseptid.xml': { kind: 'M5', resources: '', amendments: 4 },
  'm52-kvittering-01.xml': { kind: 'M5.2', resources: '', amendments: 2 },
  'm52-kvittering-02.xml': { kind: 'M5.2', resources: '', amendments: 2 },
  'm6-utleveringsrapport-rekvirent-01.xml': { kind: 'M6', resources: 'MedicationDispense', amendments: 0 },
  'm7-slettet-resept-01.xml': { kind: 'M7', resources: 'Communication + M5', amendments: 2 },
  'm7-slettet-resept-02.xml': { kind: 'M7', resources: 'Communication + M5', amendments: 2 },
  'm21-ekspederingsanmodning-01.xml': { kind: 'M21', resources: 'Task', amendments: 0 },
  'm241-samtykke-01.xml': { kind: 'M24.1', resources: 'Consent', amendments: 0 },
  'm242-svar-samtykke-01.xml': { kind: 'M24.2', resources: '', amendments: 1 },
  'm91-foresporsel-01.xml': { kind: 'M9.1', resources: '', amendments: 0 },
  'm911-foresporsel-2014.xml': { kind: 'M9.11', resources: '', amendments: 0 },
  'm911-foresporsel-2018.xml': { kind: 'M9.11', resources: '', amendments: 0 },
  'm93-foresporsel-nedlasting-01.xml': { kind: 'M9.3', resources: '', amendments: 0 },
  'm95-foresporsel-2015.xml': { kind: 'M9.5', resources: '', amendments: 0 },
  'm95-foresporsel-2018.xml': { kind: 'M9.5', resources: '', amendments: 0 },
  'm97-foresporsel-2015.xml': { kind: 'M9.7', resources: '', amendments: 0 },
  'm97-foresporsel-2018.xml': { kind: 'M9.7', resources: '', amendments: 0 },
  'm92-reseptliste-01.xml': { kind: 'M9.2', resources: 'CareTeam List MedicationRequest×2', amendments: 5 },
  'm912-nedlasting-2014-apotek.xml': { kind: 'M9.12', resources: 'CareTeam + M25.1', amendments: 1 },
  'm912-nedlasting-2018.xml': { kind: 'M9.12', resources: 'CareTeam + M25.1', amendments: 1 },
  'm94-nedlasting-01.xml': { kind: 'M9.4', resources: ' + M1', amendments: 2 },
  'm96-reseptliste-2015.xml': { kind: 'M9.6', resources: 'List + M1×5', amendments: 10 },
  'm96-reseptliste-2018-ingen-treff.xml': { kind: 'M9.6', resources: 'List', amendments: 0 },
  'm98-utleveringer-2015.xml': { kind: 'M9.8', resources: '', amendments: 0 },
  'm98-utleveringer-2018.xml': { kind: 'M9.8', resources: '', amendments: 0 },
  'm10-utleveringsrapport-01.xml': { kind: 'M10', resources: 'MedicationDispense', amendments: 0 },
  'm10-utleveringsrapport-02.xml': { kind: 'M10', resources: 'MedicationDispense', amendments: 0 },
  'm251-lib-01.xml': { kind: 'M25.1', resources: 'List MedicationStatement×4', amendments: 0 },
  'm251-lib-02-seponering.xml': { kind: 'M25.1', resources: 'List MedicationStatement×5', amendments: 0 },
  'm251-lib-03-multidose.xml': { kind: 'M25.1', resources: 'List MedicationStatement×6', amendments: 0 },
  'm252-lib-sporsmal-01-apotek-til-rf.xml': {
    kind: 'M25.2',
    resources: 'List MedicationStatement×2 Communication',
    amendments: 0,
  },
  'm252-lib-sporsmal-02-rf-til-epj.xml': {
    kind: 'M25.2',
    resources: 'List MedicationStatement×2 Communication',
    amendments: 0,
  },
  'm271-registrering-apotek.xml': { kind: 'M27.1', resources: 'CareTeam', amendments: 0 },
  'm271-registrering-lege-02.xml': { kind: 'M27.1', resources: 'CareTeam', amendments: 0 },
  'm271-registrering-lege.xml': { kind: 'M27.1', resources: 'CareTeam', amendments: 0 },
  'm272-svar-apotek.xml': { kind: 'M27.2', resources: 'CareTeam', amendments: 1 },
  'm272-svar-lege-02.xml': { kind: 'M27.2', resources: 'CareTeam', amendments: 1 },
  'm272-svar-lege.xml': { kind: 'M27.2', resources: 'CareTeam', amendments: 1 },
  'm28-endring-multidoselege.xml': { kind: 'M28', resources: 'CareTeam', amendments: 0 },
}
const PAYLOAD_ONLY = new Set(['m5-payload-only.xml', 'm92-payload-only.xml'])
/** A receipt, and queries: what they ask for is no fact. */
const STATES_NOTHING = new Set(['AppRec', ...(kithProtocol.queries ?? [])])
const PARTIES = new Set(['Patient', 'Practitioner', 'PractitionerRole', 'Organization'])

function summary(ran: Ran): string {
  const counts = new Map<string, number>()
  for (const { resource } of ran.resources)
    if (!PARTIES.has(resource.resourceType))
      counts.set(resource.resourceType, (counts.get(resource.resourceType) ?? 0) + 1)
  const own = [...counts].map(([type, count]) => (count === 1 ? type : `${type}×${count}`)).join(' ')
  const inside = attachedKinds(ran)
  return inside === '' ? own : `${own} + ${inside}`
}

/** Kinds of the messages inside, as the list of what was set aside names them. */
function attachedKinds(ran: Ran): string {
  const kinds = ran.unmapped.flatMap(({ note }) => /^attached (\S+),/.exec(note ?? '')?.[1] ?? [])
  assert.equal(ran.enclosed?.length ?? 0, kinds.length)
  const counts = new Map<string, number>()
  for (const kind of kinds) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  return [...counts].map(([kind, count]) => (count === 1 ? kind : `${kind}×${count}`)).join(' ')
}

const whole = (mapped: Mapped): readonly Mapped[] => [mapped, ...(mapped.enclosed ?? []).flatMap(whole)]

const folder = findSamples()
const suite = folder === undefined ? describe.skip : describe
suite('real e-prescription messages', () => {
  const rows: string[] = []
  before(function () {
    this.timeout(60_000)
    validateR4({ resourceType: 'Patient' })
  })
  after(() => {
    console.log(`      ${rows.join('\n      ')}`)
  })

  for (const name of folder === undefined ? [] : readdirSync(folder).sort()) {
    const raw = (): Uint8Array => new Uint8Array(readFileSync(join(folder ?? '', name)))
    const expected = TAKEN[name]
    if (expected !== undefined)
      it(`takes ${name} whole`, function () {
        this.timeout(10_000)
        const ran = run(raw())
        rows.push(
          `${name.padEnd(48)} ${ran.envelope.kind.padEnd(6)} ${summary(ran)} (${ran.unmapped.length} administrative)`,
        )
        assert.deepEqual(
          { kind: ran.envelope.kind, resources: summary(ran), amendments: ran.amendments.length },
          expected,
        )
        if (!STATES_NOTHING.has(ran.envelope.kind)) assert.deepEqual(lostValues(raw(), ran), [])
        for (const mapped of whole(ran)) {
          assert.deepEqual(lost(mapped), [])
          for (const { resource } of mapped.resources)
            assert.deepEqual(validateR4(resource), [], resource.resourceType)
        }
      })
    else
      it(`refuses ${name} in its own words`, () => {
        const door = kithProtocol.check(raw(), SETTINGS)
        if (door.kind === 'accept') assert.fail('accepted')
        assert.equal(door.kind, PAYLOAD_ONLY.has(name) ? 'unreadable' : 'refuse')
        assert.equal(door.refusal.code, 'MESSAGE_TYPE_UNSUPPORTED')
        assert.deepEqual(
          door.refusal.problems.map(({ protocolCode }) => protocolCode),
          ['T10'],
        )
        rows.push(
          `${name.padEnd(48)} ${door.kind === 'refuse' ? door.envelope.kind : 'no envelope'}: not taken yet`,
        )
      })
  }
})
