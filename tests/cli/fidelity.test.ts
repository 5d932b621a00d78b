import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fidelityExitCode, fidelityTable } from '../../src/cli/fidelity-table.js'
import { reportFiles } from '../../src/cli/report-fidelity.js'
import { m5 } from '../support/kith-fixtures.js'

describe('stafett fidelity', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fidelity-'))
  after(() => rmSync(folder, { recursive: true, force: true }))

  /** What the command prints for a file of this content. */
  async function report(text: string, json = false): Promise<{ code: number; out: string }> {
    const file = join(folder, 'message')
    writeFileSync(file, text)
    const lines: string[] = []
    const { log } = console
    console.log = (line: string) => lines.push(line)
    try {
      const code = await reportFiles([file], { json, zone: undefined })
      return { code, out: lines.join('\n') }
    } finally {
      console.log = log
    }
  }

  it('prints a row for each value and the sums, and ends with 0 when nothing is lost', async () => {
    const { code, out } = await report(m5({ note: 'Byttet' }))
    assert.equal(code, 0)
    assert.match(out, /^ {2}mapped +…\/Tilbakekalling\/Merknad +MedicationRequest.*recall-note/m)
    assert.match(out, /^\d+ mapped, \d+ required, \d+ administrative, 0 unmapped$/m)
    assert.doesNotMatch(out, /Byttet/)
  })

  it('prints the reasons of a message that is not taken, and ends with 1', async () => {
    const { code, out } = await report(m5().replaceAll('ReseptId>', 'Reseptid>'))
    assert.equal(code, 1)
    assert.match(out, /T02 .*Tilbakekalling\/ReseptId: required element is missing/)
  })

  it('prints one line of JSON for a message when asked', async () => {
    const { out } = await report(m5(), true)
    const { message, counts } = JSON.parse(out) as { message: string; counts: { unmapped: number } }
    assert.deepEqual([message, counts.unmapped], ['M5', 0])
  })

  it('says which file cannot be read', async () => {
    await assert.rejects(reportFiles(['no-such-file.xml'], { json: false, zone: undefined }), {
      message: 'cannot read no-such-file.xml',
    })
  })
})

describe('the fidelity table', () => {
  const outcome = {
    kind: 'report' as const,
    message: 'M1',
    leaves: [
      { at: 'MsgHead/MsgInfo/Type', fate: 'administrative' as const, targets: [], note: 'envelope' },
      {
        at: 'MsgHead/Document/RefDoc/Content/Resept/RefNr',
        fate: 'mapped' as const,
        targets: ['A.b', 'C.d'],
      },
      { at: 'X', fate: 'unmapped' as const, targets: [], note: 'no-element' },
    ],
    counts: { mapped: 1, required: 0, administrative: 1, unmapped: 1 },
  }

  it('shortens the place of the payload and makes what is lost stand out', () => {
    assert.deepEqual(fidelityTable('a.xml', outcome).split('\n'), [
      'a.xml: M1, 3 values',
      '(… stands for MsgHead/Document/RefDoc/Content/)',
      '  administrative  MsgHead/MsgInfo/Type  envelope',
      '  mapped          …/Resept/RefNr        A.b, C.d',
      '  UNMAPPED        X                     no-element',
      '1 mapped, 0 required, 1 administrative, 1 unmapped',
    ])
  })

  it('fails when anything is lost', () => {
    assert.equal(fidelityExitCode([outcome]), 1)
    assert.equal(fidelityExitCode([{ ...outcome, counts: { ...outcome.counts, unmapped: 0 } }]), 0)
  })
})
