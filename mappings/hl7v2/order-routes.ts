/** RXR as route, site and method of a Dosage (hl7v2.md 5.6). */
import type { CodeableConcept, Dosage } from 'fhir/r4.js'
import { SNOMED } from '../../src/core/canonical.js'
import { v2Table } from './code-systems.js'
import { conceptText, cweToCodeableConcept } from './cwe-to-codeable-concept.js'
import type { Scope } from './scope.js'
import type { SegmentReader } from './trail.js'

type RoutePart = Pick<Dosage, 'route' | 'site' | 'method' | 'additionalInstruction'>

/** Table 0162, and SNOMED CT where a code means one place. IO may be intraocular or intraosseous: no translation. */
const ROUTES: ReadonlyMap<string, string | undefined> = new Map([
  ['IV', '47625008'],
  ['PO', '26643006'],
  ['SC', '34206005'],
  ['IM', '78421000'],
  ['SL', '37839007'],
  ['PR', '37161004'],
  ['TP', '6064005'],
  ...(
    'AP B DT EP ET GTT GU IA IB IC ICV ID IH IHA IMR IN IO IP IS IT IU MM MTH NG NP NS NT OP OT OTH PF RM SD TD TL TRA ' +
    'TRC UR VA VM VN WND'
  )
    .split(' ')
    .map((code): [string, undefined] => [code, undefined]),
])
const ROUTE_TABLE = { number: '0162', codes: new Set(ROUTES.keys()) }
const SITE_TABLE = { number: '0163', codes: new Set<string>() }
const METHOD_TABLE = {
  number: '0165',
  codes: new Set('CH DI DU IF IR IS IVP IVPB NB PF PT SH SO WA WI'.split(' ')),
}

/** The first RXR gives the coded part; Dosage.route is 0..1, so others follow as text: doses are never multiplied. */
export function routesToDosage(routes: readonly SegmentReader[], scope: Scope): RoutePart {
  const [first, ...others] = routes
  if (first === undefined) return {}
  const part = routePart(first, scope)
  const alternatives = others.flatMap((rxr) => {
    const other = routePart(rxr, scope)
    const texts = [other.route, other.site, other.method].flatMap((concept) =>
      concept === undefined ? [] : (conceptText(concept) ?? []),
    )
    return [
      ...(texts.length === 0 ? [] : [{ text: texts.join(', ') }]),
      ...(other.additionalInstruction ?? []),
    ]
  })
  const additionalInstruction = [...(part.additionalInstruction ?? []), ...alternatives]
  return { ...part, ...(additionalInstruction.length === 0 ? {} : { additionalInstruction }) }
}

function routePart(rxr: SegmentReader, scope: Scope): RoutePart {
  const route = withSnomed(cweToCodeableConcept(rxr.field(1), scope, ROUTE_TABLE))
  const site = cweToCodeableConcept(rxr.field(2), scope, SITE_TABLE)
  const method = cweToCodeableConcept(rxr.field(4), scope, METHOD_TABLE)
  const instruction = cweToCodeableConcept(rxr.field(5), scope)
  const modifier = cweToCodeableConcept(rxr.field(6), scope)
  const siteText = modifier === undefined ? undefined : conceptText(modifier)
  const whole =
    siteText === undefined
      ? site
      : {
          ...site,
          text: [site === undefined ? undefined : conceptText(site), siteText].filter(Boolean).join(', '),
        }
  return {
    ...(route === undefined ? {} : { route }),
    ...(whole === undefined ? {} : { site: whole }),
    ...(method === undefined ? {} : { method }),
    ...(instruction === undefined ? {} : { additionalInstruction: [instruction] }),
  }
}

/** The v2 code stays first. */
function withSnomed(concept: CodeableConcept | undefined): CodeableConcept | undefined {
  const coding = concept?.coding ?? []
  const own = coding.find(({ system }) => system === v2Table('0162'))
  const snomed = own?.code === undefined ? undefined : ROUTES.get(own.code)
  if (concept === undefined || snomed === undefined || coding.some(({ system }) => system === SNOMED))
    return concept
  return { ...concept, coding: [...coding, { system: SNOMED, code: snomed }] }
}
