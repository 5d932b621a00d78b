/** The official schemas, which lie beside the repository on a developer's machine only. */
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { schemaProblems } from '../../mappings/kith/schema-check.js'
import { parseXml } from '../../mappings/kith/xml.js'
import type { ValidateXml } from '../../src/core/message.js'
import { openXsdFolder } from '../../src/validation/xsd.js'

export const XSD_FOLDER = join(dirname(process.cwd()), 'shared/samples/eresept/xsd')
export const hasSchemas = existsSync(XSD_FOLDER)

let opened: Promise<ValidateXml> | undefined
export const officialSchemas = (): Promise<ValidateXml> => (opened ??= openXsdFolder(XSD_FOLDER))

/** Places and rules that a whole message breaks, by the official schemas of envelope, payload and what is enclosed. */
export async function brokenRules(xml: string | Uint8Array): Promise<string[]> {
  const raw = typeof xml === 'string' ? new TextEncoder().encode(xml) : xml
  return schemaProblems(parseXml(raw), await officialSchemas()).map(({ at, text }) => `${at}: ${text}`)
}
