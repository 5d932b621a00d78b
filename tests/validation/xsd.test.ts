import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ValidateXml } from '../../src/core/message.js'
import { openXsdFolder, ruleOf } from '../../src/validation/xsd.js'

const NS = 'urn:test:letter'
const LETTER = `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:l="${NS}" xmlns:p="urn:test:person" targetNamespace="${NS}" elementFormDefault="qualified">
  <xs:import namespace="urn:test:person" schemaLocation="https://schemas.example.no/people/person.xsd"/>
  <xs:element name="letter"><xs:complexType><xs:sequence>
    <xs:element name="sent" type="xs:date"/>
    <xs:element name="copies" minOccurs="0"><xs:simpleType><xs:restriction base="xs:int"><xs:maxInclusive value="3"/></xs:restriction></xs:simpleType></xs:element>
    <xs:element name="to" type="p:person" maxOccurs="2"/>
    <xs:element name="content" minOccurs="0"><xs:complexType><xs:sequence><xs:any namespace="##any" processContents="strict"/></xs:sequence></xs:complexType></xs:element>
  </xs:sequence></xs:complexType></xs:element>
</xs:schema>`
const PERSON = `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:test:person" elementFormDefault="qualified">
  <xs:complexType name="person"><xs:attribute name="id" type="xs:string" use="required"/></xs:complexType>
</xs:schema>`

describe('validation against official schemas', () => {
  let folder = ''
  let validate: ValidateXml
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'xsd-'))
    mkdirSync(join(folder, 'people'))
    writeFileSync(join(folder, 'letter.xsd'), LETTER)
    writeFileSync(join(folder, 'people', 'person.xsd'), PERSON)
    validate = await openXsdFolder(folder)
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  const rules = (inner: string) => validate(NS, `<letter xmlns="${NS}">${inner}</letter>`)

  it('leads imports that point elsewhere to the files of the folder', () => {
    assert.deepEqual(rules('<sent>2024-03-01</sent><to id="1"/>'), [])
  })

  it('passes over what a wildcard holds: that is validated by itself', () => {
    assert.deepEqual(rules('<sent>2024-03-01</sent><to id="1"/><content><x xmlns="urn:none"/></content>'), [])
  })

  const cases: readonly [string, string, string][] = [
    ['<sent>secret</sent><to id="1"/>', '/*/*[1]', 'value is not of type date'],
    [
      '<sent>2024-03-01</sent><copies>4711</copies><to id="1"/>',
      '/*/*[2]',
      'value breaks the rule on maxInclusive',
    ],
    ['<sent>2024-03-01</sent><to/>', '/*/*[2]', 'attribute id is required but missing'],
    ['<sent>2024-03-01</sent><to id="1" secret="x"/>', '/*/*[2]', 'attribute secret is not allowed'],
    ['<sent>2024-03-01</sent>', '/*', 'a required element is missing; expected: copies, to'],
    ['<sent>2024-03-01</sent><from/>', '/*/*[2]', 'element is not allowed here; expected: copies, to'],
    ['<sent>2024-03-01</sent>secret<to id="1"/>', '/*', 'text is not allowed here'],
  ]
  for (const [inner, path, rule] of cases)
    it(`names the place and "${rule}", never the value`, () => {
      const found = rules(inner) ?? []
      assert.deepEqual(found[0], { path, rule })
      assert.ok(!JSON.stringify(found).replaceAll('attribute secret', '').includes('secret"'))
    })

  it('has nothing to say of a namespace without schema', () => {
    assert.equal(validate('urn:none', '<x xmlns="urn:none"/>'), undefined)
  })

  it('gives what it does not know no words of the message', () => {
    assert.equal(ruleOf("Element 'x': something about 12345678901"), 'the schema is broken here')
  })

  it('keeps its memory when it is used over and over', () => {
    const letter = `<letter xmlns="${NS}"><sent>2024-03-01</sent>${'<to id="1"/>'.repeat(2)}</letter>`
    for (let i = 0; i < 200; i += 1) validate(NS, letter)
    const before = process.memoryUsage().rss
    for (let i = 0; i < 2_000; i += 1) validate(NS, letter)
    assert.ok(process.memoryUsage().rss - before < 60_000_000)
  })

  it('refuses a folder without schemas', async () => {
    const empty = mkdtempSync(join(tmpdir(), 'xsd-'))
    await assert.rejects(openXsdFolder(empty), /no \.xsd file/)
    rmSync(empty, { recursive: true })
  })
})
