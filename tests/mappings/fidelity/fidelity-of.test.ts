import assert from 'node:assert/strict'
import { type FidelityOutcome, fidelityOf } from '../../../mappings/fidelity/fidelity-of.js'
import { reportFidelity, type SourceLeaf } from '../../../mappings/fidelity/report.js'
import { doseTaken } from '../../support/device-fixtures.js'
import { base64, bytes, ENTRY_ID, MSG_ID, m1, m5, m10, m251 } from '../../support/kith-fixtures.js'
import { metoprolol, onceDaily, reseptDokLegemiddel } from '../../support/kith-prescribed.js'
import { sfmDocument } from '../../support/sfm-fixtures.js'

const CONTEXT = { zone: 'Europe/Oslo', receivedAt: '2024-03-02T12:00:00.000Z' }
const CONTENT = 'MsgHead/Document/RefDoc/Content'

function report(text: string): Extract<FidelityOutcome, { kind: 'report' }> {
  const [outcome] = fidelityOf(bytes(text), CONTEXT)
  assert.ok(outcome)
  if (outcome.kind !== 'report') assert.fail(JSON.stringify(outcome))
  return outcome
}
const leaf = (text: string, at: string) => {
  const found = report(text).leaves.find((one) => one.at === at)
  assert.ok(found, at)
  return found
}

describe('fidelity of a KITH message', () => {
  it('says where each value went, as FHIR paths', () => {
    const dose = `${CONTENT}/Resept/ReseptDokLegemiddel/Forskrivning/Dosering/DoseFastTidspunkt`
    assert.deepEqual(leaf(m1(), `${dose}/Tidsomrade`).targets, [
      'MedicationRequest.dosageInstruction[0].timing.repeat.when[0]',
    ])
    assert.deepEqual(leaf(m1(), `${CONTENT}/Resept/Utloper`).targets, [
      'MedicationRequest.dispenseRequest.validityPeriod.end',
    ])
  })

  it('looks into what is embedded', () => {
    const text = leaf(
      m251(),
      `${CONTENT}/LegemidlerIBruk/EnkeltoppforingLIB/ReseptDokLegemiddelB64/ReseptDokLegemiddel/Forskrivning/DosVeiledEnkel`,
    )
    assert.deepEqual(text.targets, ['MedicationStatement.dosage[0].text'])
  })

  it('knows what changes another message’s resource', () => {
    assert.ok(
      leaf(m5(), `${CONTENT}/Tilbakekalling/Arsak`).targets.includes(
        'MedicationRequest.statusReason.coding[0].code',
      ),
    )
  })

  it('gives the reason for what is set aside', () => {
    const { fate, note } = leaf(m1(), 'MsgHead/MsgInfo/MIGversion')
    assert.deepEqual([fate, note], ['administrative', 'envelope'])
  })

  it('tells a value that alone makes the message acceptable', () => {
    assert.equal(leaf(m10(), `${CONTENT}/Utleveringsrapport/Utlevering/Annullering`).fate, 'required')
  })

  it('shows what no mapping takes, with its place', () => {
    const product =
      '<LegemiddelMerkevare><NavnFormStyrke>Prøvufen Tab 400 mg</NavnFormStyrke><Reseptgruppe V="C" DN="C" X="1"/>' +
      '<Varenavn>Prøvufen</Varenavn></LegemiddelMerkevare>'
    const message = m1({ medicine: { ...onceDaily(metoprolol), productXml: product } })
    const { leaves, counts } = report(message)
    const lost = leaves.filter(({ fate }) => fate === 'unmapped')
    assert.deepEqual(
      lost.map(({ at, note }) => [at, note]),
      [
        [
          `${CONTENT}/Resept/ReseptDokLegemiddel/Forskrivning/LegemiddelMerkevare/Reseptgruppe`,
          'changes nothing that is kept (X)',
        ],
      ],
    )
    assert.equal(counts.unmapped, 1)
  })

  it('names no value, only places', () => {
    const note = 'Veldig hemmelig merknad'
    const message = m251({ note, entries: [{ id: ENTRY_ID, prescriptionId: MSG_ID }] })
    assert.doesNotMatch(JSON.stringify(report(message)), /hemmelig|Solveig|Inger/)
  })

  it('answers what the door would not take with the door’s own reasons', () => {
    const fragment = base64(reseptDokLegemiddel(onceDaily(metoprolol)).replace('Reiterasjon', 'Gjentakelse'))
    const [outcome] = fidelityOf(bytes(m251({ entries: [{ id: ENTRY_ID, fragment }] })), CONTEXT)
    assert.equal(outcome?.kind, 'refused')
    const [unreadable] = fidelityOf(bytes('<MsgHead>'), CONTEXT)
    assert.deepEqual(
      unreadable?.kind === 'refused' && unreadable.problems.map(({ protocolCode }) => protocolCode),
      ['T01'],
    )
  })
})

describe('fidelity of other messages', () => {
  const RDE =
    'MSH|^~\\&|EPJ|LEGEKONTORET|STAFETT|HUB|20261122120000+0100||RDE^O11^RDE_O11|msg-1|P|2.5.1\r' +
    'PID|1||4711^^^LEGEKONTORET^MR||Hansen^Kari\rORC|NW|order-1\r' +
    'RXE|^^^20261122|C07AB02^Metoprolol depottablett 50 mg^ATC|1||{tablett}^tablett^UCUM\rTQ1|1||QAM\rRXR|PO\rZZZ|x\r'

  it('of HL7 v2 in its own places', () => {
    const { leaves } = report(RDE)
    const at = (place: string) => leaves.find((one) => one.at === place)
    assert.ok(at('RXE-2.2')?.targets.some((path) => path.startsWith('MedicationRequest.medication')))
    assert.equal(at('MSH-10')?.fate, 'administrative')
    assert.deepEqual([at('ZZZ-1')?.fate, at('ZZZ-1')?.note], ['unmapped', 'unknown-segment'])
  })

  it('of each message of a batch', () => {
    const second = RDE.replace('msg-1', 'msg-2')
    assert.equal(fidelityOf(bytes(RDE + second), CONTEXT).length, 2)
  })

  it('of a device event by JSON pointers', () => {
    const { leaves, message } = report(JSON.stringify(doseTaken()))
    assert.equal(message, 'device-event')
    const at = leaves.find((one) => one.at === '/occurredAt')
    assert.ok(at?.targets.some((path) => path.startsWith('MedicationAdministration.')))
  })

  it('of an SFM document by its own paths', () => {
    const { leaves, message } = report(JSON.stringify(sfmDocument({})))
    assert.equal(message, 'sfm-medication')
    assert.ok(leaves.some(({ fate }) => fate === 'mapped'))
    assert.ok(leaves.every(({ at }) => /^(Parameters|Bundle)\b/.test(at)))
  })

  it('of text that is nothing, with the reason', () => {
    const [outcome] = fidelityOf(bytes('hello'), CONTEXT)
    assert.equal(outcome?.kind, 'refused')
  })
})

describe('the experiment behind it', () => {
  const raw = bytes('')
  const mapped = (name: string) => ({
    source: { key: 'k', role: 'client' as const, name },
    authorship: { recorded: '2024-03-01' },
    resources: [],
    amendments: [],
    identifiers: [],
    unmapped: [],
  })
  const part = (exchanged: (value: string) => Uint8Array) => ({
    name: '',
    value: '1',
    beside: false,
    exchanged,
  })
  const leafOf = (exchanged: (value: string) => Uint8Array): SourceLeaf => ({
    at: 'a',
    parts: [part(exchanged)],
  })
  const reportOf = (leaf: SourceLeaf) =>
    reportFidelity(raw, [leaf], {
      map: (bytes) => mapped(new TextDecoder().decode(bytes).slice(0, 1)),
      envelope: () => undefined,
    })?.leaves[0]

  it('finds a value only where another value makes a difference', () => {
    assert.equal(reportOf(leafOf((value) => bytes(`x${value}`)))?.fate, 'mapped')
    assert.equal(reportOf(leafOf(() => bytes('')))?.fate, 'unmapped')
  })

  it('counts a leaf as lost when one of its values is', () => {
    const both = { at: 'a', parts: [part((value) => bytes(`x${value}`)), { ...part(() => raw), name: 'U' }] }
    const found = reportOf(both)
    assert.deepEqual([found?.fate, found?.note], ['unmapped', 'changes nothing that is kept (U)'])
  })
})
