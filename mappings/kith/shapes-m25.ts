/** Structural rules of M25.1 to M25.4: one master of which each message has its own namespace and parts (eresept.md 7). */
import { NS } from './namespaces.js'
import { choice, many, one, opt, type Part, type Shape, shape } from './shape.js'
import { helsepersonShape, organisasjonShape } from './shapes-m1.js'

/** What one message of the family has beyond the parts that all have. */
interface Parts {
  readonly packing: boolean
  readonly locum: boolean
  readonly packed: boolean
  readonly stop: boolean
  readonly questions: boolean
}

const ALLERGI = shape(NS.ki, [
  one('Reaksjon', 'CV'),
  opt('Kommentar', 'string'),
  one('Oppdatert', 'ownDateTime'),
  one('Kilde', 'CV'),
  one(
    'Legemiddelreaksjon',
    shape(NS.ki, [
      opt('Atc', 'CV'),
      many('Virkestoff', 'string'),
      many('VirkestoffId', 'string'),
      opt('MerkevareId', 'string'),
      opt('Hjelpestoffreaksjon', 'boolean'),
      opt('Varenavn', 'string'),
    ]),
  ),
  opt('Avkreftet', 'boolean'),
])

function listShape(ns: string, parts: Parts): Shape {
  const rolle = shape(ns, [
    one('Rolle', 'CS'),
    choice(one('Helseperson', helsepersonShape(ns)), one('Organisasjon', organisasjonShape(ns))),
  ])
  return shape(ns, [
    many('Rolle', rolle),
    many('EnkeltoppforingLIB', entryShape(ns, rolle, parts)),
    ...(parts.packing ? [opt('Pakkeinfo', packingShape(ns))] : []),
    many('Allergi', ALLERGI, NS.ki),
    opt('Merknad', 'string'),
    ...(parts.locum ? [opt('Vikar', 'CS')] : []),
  ])
}

const entryShape = (ns: string, rolle: Shape, parts: Parts): Shape =>
  shape(ns, [
    one('Id', 'text'),
    one('Type', 'CS'),
    opt('ReseptId', 'string'),
    opt('UtlopsdatoResept', 'date'),
    one('SistEndret', 'ownDateTime'),
    opt('DatoOppstart', 'date'),
    ...(parts.packed ? [opt('InngarMultidose', 'CS')] : []),
    opt('MedEndring', 'boolean'),
    many('Rolle', rolle),
    one('ReseptDokLegemiddelB64', 'text'),
    ...(parts.packed ? [many('SisteUtlevering', packedShape(ns))] : []),
    ...(parts.stop ? [opt('Seponering', stopShape(ns))] : []),
    ...(parts.questions ? [questions(ns)] : []),
  ])

const packingShape = (ns: string): Shape =>
  shape(ns, [
    one('Bestillingsfrist', 'dateTime'),
    opt('ForsteDoseringsdato', 'date'),
    opt('SisteDoseringsdato', 'date'),
  ])

const packedShape = (ns: string): Shape =>
  shape(ns, [
    opt('RefM10', 'string'),
    opt('Ompakkingsgrunn', 'CS'),
    one('DatoForsteDose', 'ownDate'),
    one('DatoSisteDose', 'ownDate'),
    opt('Bilderef', 'URL'),
    one('UtleveringB64', 'text'),
  ])

const stopShape = (ns: string): Shape =>
  shape(ns, [one('Tidspunkt', 'ownDateTime'), one('Arsak', 'CS'), opt('Merknad', 'string')])

const questions = (ns: string): Part =>
  many(
    'Sporsmal',
    shape(ns, [
      one('Kode', 'CV'),
      opt('Merknad', 'string'),
      one('Tidspunkt', 'ownDateTime'),
      one('Stiller', 'string'),
      opt('Mottaker', 'string'),
      opt('Svar', shape(ns, [one('Kode', 'CV'), opt('Merknad', 'string')])),
    ]),
  )

const NOTHING: Parts = { packing: false, locum: false, packed: false, stop: false, questions: false }
export const LEGEMIDLER_I_BRUK = {
  'M25.1': listShape(NS.m251, { ...NOTHING, locum: true, stop: true, questions: true }),
  'M25.2': listShape(NS.m252, { ...NOTHING, packing: true, questions: true }),
  'M25.3': listShape(NS.m253, { ...NOTHING, packing: true, packed: true }),
  'M25.4': listShape(NS.m254, NOTHING),
} as const
