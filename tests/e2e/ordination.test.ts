import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Communication } from 'fhir/r4.js'
import { fragmentsOf } from '../../mappings/kith/write/fragments.js'
import { appRec, bytes, type EntryFixture, m1, m251 } from '../support/kith-fixtures.js'
import { apotek, fastlege, person } from '../support/kith-people.js'
import { ibuprofen, methotrexate, metoprolol, onceDaily } from '../support/kith-prescribed.js'
import { m271 } from '../support/kith-register-fixtures.js'
import { all, extension, only, run } from '../support/kith-run.js'
import { brokenRules, hasSchemas } from '../support/official-schemas.js'
import { type PharmacyServer, startPharmacy } from '../support/pharmacy-server.js'
import { type RunningHub, runHub } from '../support/running-hub.js'

const XML = 'application/xml'
const id = (kind: string, number: number): string =>
  `e1b2c3d4-0000-4000-8000-${kind}${String(number).padStart(12 - kind.length, '0')}`
const metoprololEntry: EntryFixture = {
  id: id('e', 1),
  prescriptionId: id('a', 1),
  medicine: onceDaily(metoprolol),
}
const ibuprofenEntry: EntryFixture = {
  id: id('e', 2),
  prescriptionId: id('a', 2),
  medicine: onceDaily(ibuprofen),
}
const HUB = { name: 'Regionens knutepunkt', her: '8900099', organisationNumber: '999000999' }

interface DeliveryJson {
  readonly id: string
  readonly state: string
  readonly attempts: number
  readonly reason: string | null
  readonly messageId?: string
  readonly signature?: string
  readonly receipt?: { readonly outcome: string; readonly code?: string }
}

describe('ordinations to a pharmacy', function () {
  this.timeout(120_000)
  const folder = mkdtempSync(join(tmpdir(), 'ordination-'))
  let hub: RunningHub
  let pharmacy: PharmacyServer
  const patient = person('Marta', 'Multidose', '1939-04-11', 2)

  before(async () => {
    pharmacy = await startPharmacy()
    const file = join(folder, 'destinations.json')
    const receiver = { name: apotek.name, her: apotek.her, licence: apotek.ako }
    writeFileSync(
      file,
      JSON.stringify({
        destinations: [
          {
            id: 'apotek',
            kind: 'eresept',
            url: pharmacy.url,
            sender: HUB,
            receiver,
            prescriptions: 'pass-on',
          },
        ],
      }),
    )
    hub = await runHub({ STAFETT_DESTINATIONS: file })
  })
  after(async () => {
    await hub.hub.stop()
    pharmacy.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const send = async (xml: string): Promise<void> => {
    const { messageId, status, text } = await hub.send('eresept', xml, XML)
    assert.ok(status === 200 || status === 202, text)
    assert.equal((await hub.settled(messageId)).state, 'done')
  }
  const lists = { count: 0 }
  /** Number of the first delivery: lists that nobody was to get yet may have had one before. */
  let base = 0
  const sendList = (entries: readonly EntryFixture[]): Promise<void> => {
    lists.count += 1
    const at = `2026-11-${String(lists.count).padStart(2, '0')}T09:00:00+01:00`
    const changed = entries.map((entry) => ({ changed: at, ...entry }))
    return send(m251({ msgId: id('b', lists.count), genDate: at, patient, roles: ['M'], entries: changed }))
  }
  const deliveries = async (): Promise<readonly DeliveryJson[]> => {
    const response = await fetch(`${hub.url}/ops/deliveries`)
    return ((await response.json()) as { deliveries: DeliveryJson[] }).deliveries
  }
  const settled = async (messageId: string): Promise<DeliveryJson> => {
    for (;;) {
      const found = (await deliveries()).find((one) => one.messageId === messageId)
      if (found !== undefined && found.state !== 'pending' && found.state !== 'sending') return found
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }

  it('nobody gets a list of a person without e-multidose', async () => {
    await send(
      m1({
        msgId: id('a', 1),
        patient,
        genDate: '2026-10-30T09:00:00+01:00',
        prescribed: '2026-10-30',
        expires: '2027-10-30',
      }),
    )
    await sendList([metoprololEntry])
    await send(m271({ msgId: id('c', 1), patient, from: '2026-10-01', doctor: fastlege }))
    assert.equal(pharmacy.got.length, 0)
  })

  it('the pharmacy gets the list when it is registered, the source’s fragment byte for byte', async () => {
    await send(m271({ msgId: id('c', 2), patient, from: '2026-10-01', organisation: apotek }))
    const first = await pharmacy.next()
    base = first.number
    const ran = run(first.body)
    assert.equal(ran.envelope.kind, 'M25.1')
    assert.equal(ran.envelope.sender, HUB.her)
    assert.equal(only(ran, 'MedicationStatement').identifier?.[0]?.value, `urn:uuid:${id('e', 1)}`)
    const role = extension(only(ran, 'List'), 'list-role')?.extension
    assert.equal(role?.[0]?.valueCodeableConcept?.coding?.[0]?.code, 'M')
    assert.equal(role?.[1]?.valueReference?.identifier?.value, '9900017')
    assert.deepEqual(fragmentsOf(bytes(first.body)), fragmentsOf(bytes(m251({ entries: [metoprololEntry] }))))
    assert.equal(
      extension(only(ran, 'List'), 'based-on-message')?.valueIdentifier?.value,
      `urn:uuid:${id('b', 1)}`,
    )
    const delivery = await settled(first.msgId)
    assert.deepEqual(
      [delivery.state, delivery.id, delivery.receipt?.outcome, delivery.signature],
      ['delivered', first.msgId, 'accepted', 'none'],
    )
  })

  it('the person’s facts say that the pharmacy has it', async () => {
    const msgId = pharmacy.got[0]?.msgId ?? ''
    for (;;) {
      const response = await fetch(`${hub.url}/fhir/Communication/${msgId}`)
      const note = (await response.json()) as Communication
      if (response.status === 200 && note.status === 'completed') {
        assert.ok(note.received)
        assert.ok(extension(note, 'stated-at')?.valueDateTime)
        break
      }
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  })

  it('a change of treatment sends the whole list again, and what was heard of the list before sent none', async () => {
    await sendList([metoprololEntry, ibuprofenEntry])
    const second = await pharmacy.next()
    assert.equal(second.number, base + 1)
    assert.equal(all(run(second.body), 'MedicationStatement').length, 2)
    assert.equal((await settled(second.msgId)).state, 'delivered')
  })

  it('a receiver that is away gets the same bytes under the same id later; what changes nothing to pack sent nothing before', async () => {
    await sendList([{ ...metoprololEntry, medicallyChanged: true }, ibuprofenEntry])
    pharmacy.answers = ['unavailable', 'accept']
    await sendList([ibuprofenEntry, { ...metoprololEntry, medicine: onceDaily(metoprolol, '2') }])
    const first = await pharmacy.next()
    assert.equal(first.number, base + 2)
    assert.equal((await settled(first.msgId)).attempts, 2)
    const sent = pharmacy.got.filter(({ msgId }) => msgId === first.msgId)
    assert.deepEqual(
      sent.map(({ body, headers }) => [body, headers['idempotency-key']]),
      [first, first].map(({ body, headers }) => [body, headers['idempotency-key']]),
    )
  })

  it('silence leaves it unanswered until its AppRec comes by intake', async () => {
    pharmacy.answers = ['silent']
    const stop = { at: '2026-11-05T09:00:00+01:00', reason: 'A' }
    await sendList([
      { ...ibuprofenEntry, stop },
      { ...metoprololEntry, medicine: onceDaily(metoprolol, '2') },
    ])
    const { body, msgId } = await pharmacy.next()
    assert.equal((await settled(msgId)).receipt, undefined)
    assert.match(body, /<Seponering><Tidspunkt>2026-11-05T09:00:00\+01:00/)
    const unanswered = async () => {
      const response = await fetch(`${hub.url}/ops/deliveries?unanswered=true`)
      return ((await response.json()) as { deliveries: DeliveryJson[] }).deliveries.map(
        (one) => one.messageId,
      )
    }
    assert.deepEqual(await unanswered(), [msgId])
    const { messageId } = await hub.send(
      'eresept',
      appRec({ id: id('f', 1), originalId: msgId.toUpperCase() }),
      XML,
    )
    assert.equal((await hub.settled(messageId)).state, 'done')
    assert.deepEqual((await settled(msgId)).receipt?.outcome, 'accepted')
    assert.deepEqual(await unanswered(), [])
  })

  it('the answer to its question goes to the pharmacy in the list', async () => {
    pharmacy.answers = ['accept']
    const asked = (answer: string): string =>
      `<Sporsmal><Kode V="4" S="2.16.578.1.12.4.1.1.7495" DN="Annet spørsmål"/><Merknad>Hvorfor?</Merknad><Tidspunkt>2026-11-05T10:00:00</Tidspunkt><Stiller>${apotek.her}</Stiller>${answer}</Sporsmal>`
    const entry = { ...metoprololEntry, medicine: onceDaily(metoprolol, '2') }
    // The stopped line leaves the list with it, which is nothing new to the pharmacy.
    await sendList([{ ...entry, questions: asked('') }])
    const svar =
      '<Svar><Kode V="7" S="2.16.578.1.12.4.1.1.7493" DN="Svar på annet spørsmål"/><Merknad>Derfor.</Merknad></Svar>'
    await sendList([{ ...entry, questions: asked(svar) }])
    const sent = await pharmacy.next()
    assert.equal(sent.number, base + 4)
    const [question, answer] = all(run(sent.body), 'Communication')
    assert.deepEqual(
      [question?.payload?.[0]?.contentString, answer?.payload?.[0]?.contentString],
      ['Hvorfor?', 'Derfor.'],
    )
  })

  it('a prescription of the person goes to the pharmacy as the prescriber sent it', async () => {
    const prescribed = m1({
      msgId: id('a', 3),
      patient,
      genDate: '2026-11-08T09:00:00+01:00',
      prescribed: '2026-11-08',
      expires: '2027-11-08',
      medicine: onceDaily(methotrexate),
    })
    await send(prescribed)
    // Then the list that it changed.
    const first = await pharmacy.next()
    const second = await pharmacy.next()
    assert.equal(first.body, prescribed)
    assert.match(second.body, new RegExp(`<ReseptId>${id('a', 3)}<`))
    assert.equal(first.headers['stafett-signature'], 'prescriber')
  })

  it('a refusal blocks it, with the code of the receiver', async () => {
    pharmacy.answers = ['reject']
    await sendList([{ ...metoprololEntry, medicine: onceDaily(metoprolol, '3') }])
    const sent = await pharmacy.next()
    const delivery = await settled(sent.msgId)
    assert.deepEqual(
      [delivery.state, delivery.receipt?.outcome, delivery.receipt?.code],
      ['blocked', 'rejected', 'X99'],
    )
    // The next list holds all that this one said, and is not held up by it.
    pharmacy.answers = ['accept']
    await sendList([{ ...metoprololEntry, medicine: onceDaily(metoprolol, '4') }])
    const next = await pharmacy.next()
    assert.equal((await settled(next.msgId)).state, 'delivered')
    assert.deepEqual(
      (await deliveries())
        .filter(({ id: own }) => own === delivery.id)
        .map(({ state, reason }) => [state, reason]),
      [['skipped', 'a newer one of this person follows']],
    )
  })

  it('a stop that the pharmacy never got goes out with the list that took its place', async () => {
    const other: EntryFixture = { id: id('e', 3), prescriptionId: id('a', 4), medicine: onceDaily(ibuprofen) }
    const metoprololOf = (dose: string) => ({ ...metoprololEntry, medicine: onceDaily(metoprolol, dose) })
    await sendList([metoprololOf('4'), other])
    assert.equal((await settled((await pharmacy.next()).msgId)).state, 'delivered')
    pharmacy.answers = ['unavailable']
    const stop = { at: '2026-11-11T09:00:00+01:00', reason: 'A' }
    await sendList([metoprololOf('4'), { ...other, stop }])
    const lost = await pharmacy.next()
    assert.deepEqual(stopsOf(lost.body), [id('e', 3), id('e', 2)])
    await sendList([metoprololOf('5')])
    assert.equal((await settled(lost.msgId)).state, 'skipped')
    pharmacy.answers = ['accept']
    const newer = await pharmacy.next()
    assert.equal((await settled(newer.msgId)).receipt?.outcome, 'accepted')
    assert.deepEqual(stopsOf(newer.body), [id('e', 3), id('e', 2)])
    assert.match(newer.body, /<Seponering><Tidspunkt>2026-11-11T09:00:00\+01:00/)
    if (hasSchemas) assert.deepEqual(await brokenRules(bytes(newer.body)), [])
  })
})

/** Ids of the entries with a stop. */
const stopsOf = (body: string): readonly (string | undefined)[] =>
  body
    .split('<EnkeltoppforingLIB>')
    .filter((entry) => entry.includes('<Seponering>'))
    .map((entry) => /^\s*<Id>([^<]*)</.exec(entry)?.[1])
