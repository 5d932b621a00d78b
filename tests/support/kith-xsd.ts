/**
 * Validation against the official schemas. They lie beside the repository on a developer's machine, and xmllint is not
 * everywhere: `available` says whether both are there.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

export const XSD = join(dirname(process.cwd()), 'shared/samples/eresept/xsd')
export const available = existsSync(XSD) && spawnSync('xmllint', ['--version']).status === 0

export interface Schemas {
  /** Output of xmllint, empty when the text is valid. */
  readonly validate: (xml: string, schema: string) => string
  /** MsgHead and one payload schema together, since Content is declared strict. */
  readonly msgHeadSchema: (payload: string) => string
  readonly close: () => void
}

export function openSchemas(): Schemas {
  const folder = available ? mkdtempSync(join(tmpdir(), 'kith-xsd-')) : ''
  return {
    validate: (xml, schema) => validate(folder, xml, schema),
    msgHeadSchema: (payload) => msgHeadSchema(folder, payload),
    close: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** Imports that point to the web are led to the local files. */
function validate(folder: string, xml: string, schema: string): string {
  const document = join(folder, 'document.xml')
  writeFileSync(document, xml)
  const { status, stderr } = spawnSync('xmllint', ['--nonet', '--noout', '--schema', schema, document], {
    encoding: 'utf8',
    env: { ...process.env, XML_CATALOG_FILES: catalog(folder) },
  })
  return status === 0 ? '' : stderr
}

function catalog(folder: string): string {
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

function msgHeadSchema(folder: string, payload: string): string {
  const file = join(folder, `with-${payload}`)
  const schema = (ns: string, path: string): string =>
    `<xs:import namespace="${ns}" schemaLocation="${join(XSD, path)}"/>`
  const ns = /targetNamespace="([^"]+)"/.exec(readFileSync(join(XSD, 'eresept', payload), 'utf8'))?.[1] ?? ''
  writeFileSync(
    file,
    `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">${schema(
      'http://www.kith.no/xmlstds/msghead/2006-05-24',
      'felleskomponenter/MsgHead-v1_2.xsd',
    )}${schema(ns, `eresept/${payload}`)}</xs:schema>`,
  )
  return file
}
