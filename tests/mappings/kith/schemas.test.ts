import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { kithProtocol } from '../../../mappings/kith/protocol.js'
import { bytes, MSG_ID, m1, m5, m10, m251 } from '../../support/kith-fixtures.js'
import { sykehuslege } from '../../support/kith-people.js'
import { ANSWER, check, run } from '../../support/kith-run.js'

/** The official schemas lie beside the repository on a developer's machine, and xmllint is not everywhere. */
const XSD = join(dirname(process.cwd()), 'shared/samples/eresept/xsd')
const available = existsSync(XSD) && spawnSync('xmllint', ['--version']).status === 0

const suite = available ? describe : describe.skip
suite('official schemas (skipped without xmllint or the schema folder)', function () {
  this.timeout(30_000)
  const folder = available ? mkdtempSync(join(tmpdir(), 'kith-xsd-')) : ''
  after(() => {
    rmSync(folder, { recursive: true, force: true })
  })

  /** Output of xmllint, empty when the text is valid. Imports that point to the web are led to the local files. */
  function validate(xml: string, schema: string): string {
    const document = join(folder, 'document.xml')
    writeFileSync(document, xml)
    const { status, stderr } = spawnSync('xmllint', ['--nonet', '--noout', '--schema', schema, document], {
      encoding: 'utf8',
      env: { ...process.env, XML_CATALOG_FILES: catalog() },
    })
    return status === 0 ? '' : stderr
  }

  function catalog(): string {
    const file = join(folder, 'catalog.xml')
    const uri = (name: string, path: string): string =>
      `<system systemId="${name}" uri="file://${join(XSD, path)}"/>`
    writeFileSync(
      file,
      `<catalog xmlns="urn:oasis:names:tc:entity:xmlns:xml:catalog">${uri(
        'http://www.w3.org/TR/xmldsig-core/xmldsig-core-schema.xsd',
        'w3c/xmldsig-core-schema.xsd',
      )}</catalog>`,
    )
    return file
  }

  /** MsgHead and one payload schema together, since Content is declared strict. */
  function msgHeadSchema(payload: string): string {
    const file = join(folder, `with-${payload}`)
    const schema = (ns: string, path: string): string =>
      `<xs:import namespace="${ns}" schemaLocation="${join(XSD, path)}"/>`
    const ns =
      /targetNamespace="([^"]+)"/.exec(readFileSync(join(XSD, 'eresept', payload), 'utf8'))?.[1] ?? ''
    writeFileSync(
      file,
      `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">${schema(
        'http://www.kith.no/xmlstds/msghead/2006-05-24',
        'felleskomponenter/MsgHead-v1_2.xsd',
      )}${schema(ns, `eresept/${payload}`)}</xs:schema>`,
    )
    return file
  }

  const APPREC = join(XSD, 'applikasjonskvittering/AppRec-v1-2004-11-21.xsd')
  const appRec = (xml: string): string => {
    const door = check(xml)
    assert.ok(door.kind !== 'unreadable')
    const envelope = door.kind === 'accept' ? door.items[0]! : door.envelope
    const outcome =
      door.kind === 'accept'
        ? ({ kind: 'accepted' } as const)
        : ({ kind: 'refused', refusal: door.refusal } as const)
    return kithProtocol.answer(envelope, bytes(xml), outcome, ANSWER).body
  }

  it('accept an AppRec that accepts', () => {
    assert.equal(validate(appRec(m1({ doctor: sykehuslege })), APPREC), '')
  })

  it('accept an AppRec that refuses, with several errors', () => {
    assert.equal(validate(appRec(m1({ msgId: 'x', genDate: 'yesterday' })), APPREC), '')
  })

  it('accept the receipt of a recall', () => {
    const ran = run(m5({}))
    const { body } = ran.type.receipt!(ran.message, { targetKnown: true, resources: () => [], ...ANSWER })
    assert.equal(validate(body, msgHeadSchema('ER-M52-2013-12-01.xsd')), '')
  })

  for (const [name, xml, schema] of [
    ['M1', m1({ refNr: '1' }), 'ER-M1-2013-10-08.xsd'],
    ['M5', m5({ newPrescriptionId: MSG_ID }), 'ER-M5-2013-04-16.xsd'],
    ['M10', m10({ finished: true }), 'ER-M10-2013-10-08.xsd'],
    ['M25.1', m251({}), 'ER-M251-2013-10-08.xsd'],
  ] as const)
    it(`accept our own fixture of ${name}`, () => {
      assert.equal(validate(xml, msgHeadSchema(schema)), '')
    })
})
