/** Namespaces, object identifiers and message types of the Norwegian e-prescription family (eresept.md 1, 2). */

const KITH = 'http://www.kith.no/xmlstds'

export const NS = {
  msgHead: `${KITH}/msghead/2006-05-24`,
  appRec10: `${KITH}/apprec/2004-11-21`,
  appRec11: `${KITH}/apprec/2012-02-15`,
  base64: `${KITH}/base64container`,
  fk1: `${KITH}/felleskomponent1`,
  signature: 'http://www.w3.org/2000/09/xmldsig#',
  forskrivning: `${KITH}/eresept/forskrivning/2013-10-08`,
  utlevering: `${KITH}/eresept/utlevering/2013-10-08`,
  ki: `${KITH}/eresept/ki/2013-04-25`,
  m1: `${KITH}/eresept/m1/2013-10-08`,
  m5: `${KITH}/eresept/m5/2013-04-16`,
  m52: `${KITH}/eresept/m52/2013-12-01`,
  m10: `${KITH}/eresept/m10/2013-10-08`,
  m251: `${KITH}/eresept/m251/2013-10-08`,
} as const

/** Prefix of every national code list (Volven); the number of the list follows. */
export const VOLVEN_OID = '2.16.578.1.12.4.1.1.'

/** Code of MsgInfo/Type (Volven 8279) to the name of the message; the key of `Envelope.kind`. */
export const KIND_OF_TYPE: ReadonlyMap<string, string> = new Map([
  ['ERM1', 'M1'],
  ['ERM5', 'M5'],
  ['ERM52', 'M5.2'],
  ['ERM6', 'M6'],
  ['ERM7', 'M7'],
  ['ERM8', 'M8'],
  ['ERM81', 'M8.1'],
  ['ERM91', 'M9.1'],
  ['ERM92', 'M9.2'],
  ['ERM93', 'M9.3'],
  ['ERM94', 'M9.4'],
  ['ERM95', 'M9.5'],
  ['ERM96', 'M9.6'],
  ['ERM97', 'M9.7'],
  ['ERM98', 'M9.8'],
  ['ERM911', 'M9.11'],
  ['ERM912', 'M9.12'],
  ['ERM921', 'M9.21'],
  ['ERM922', 'M9.22'],
  ['ERM10', 'M10'],
  ['ERM21', 'M21'],
  ['ERM241', 'M24.1'],
  ['ERM242', 'M24.2'],
  ['ERM251', 'M25.1'],
  ['ERM252', 'M25.2'],
  ['ERM253', 'M25.3'],
  ['ERM254', 'M25.4'],
  ['ERM271', 'M27.1'],
  ['ERM272', 'M27.2'],
  ['ERM28', 'M28'],
  ['ERM30', 'M30'],
])
export const APPREC_KIND = 'AppRec'
