/**
 * The installation's own signature on messages that the hub makes: enveloped XMLDSig over the whole MsgHead, exclusive
 * C14N, RSA with SHA-256 (eresept.md 2.3). It never stands in for a prescriber's.
 */
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { SignedXml } from 'xml-crypto'
import type { Fields } from './fields.js'

const EXCLUSIVE = 'http://www.w3.org/2001/10/xml-exc-c14n#'
const ENVELOPED = 'http://www.w3.org/2000/09/xmldsig#enveloped-signature'
const RSA_SHA256 = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256'
const SHA256 = 'http://www.w3.org/2001/04/xmlenc#sha256'
const END = '</MsgHead>'
const RSA_BITS_MIN = 2_048

export type Sign = (message: string) => string

/** Reads `signature: {"key", "certificate"}`, paths of PEM files; undefined where nothing is to be signed. */
export function readSignature(fields: Fields): Sign | undefined {
  const given = fields.objectIfAny('signature')
  if (given === undefined) return undefined
  const pem = (name: string): string => {
    const path = given.text(name, /./, 'must be the path of a PEM file')
    try {
      return path === '' ? '' : readFileSync(path, 'utf8')
    } catch {
      given.fault(name, 'cannot be read')
      return ''
    }
  }
  const [key, certificate] = [pem('key'), pem('certificate')]
  given.finish()
  if (key === '' || certificate === '') return undefined
  return pairOf(given, key, certificate)
}

function pairOf(given: Fields, key: string, certificate: string): Sign | undefined {
  try {
    const privateKey = createPrivateKey(key)
    const known = new X509Certificate(certificate)
    if (privateKey.asymmetricKeyType !== 'rsa' || bitsOf(privateKey) < RSA_BITS_MIN)
      given.fault('key', `must be an RSA key of ${RSA_BITS_MIN} bits or more`)
    else if (!known.checkPrivateKey(privateKey)) given.fault('certificate', 'and key do not belong together')
    else return (message) => sign(message, privateKey, certificate)
  } catch {
    given.fault('key', 'or certificate is no PEM')
  }
  return undefined
}

const bitsOf = (key: KeyObject): number => key.asymmetricKeyDetails?.modulusLength ?? 0

/** The signature goes in before the end of the message, which stays as it is byte for byte. */
function sign(message: string, privateKey: KeyObject, publicCert: string): string {
  const signed = new SignedXml({
    privateKey,
    publicCert,
    signatureAlgorithm: RSA_SHA256,
    canonicalizationAlgorithm: EXCLUSIVE,
  })
  signed.addReference({
    xpath: '/*',
    isEmptyUri: true,
    digestAlgorithm: SHA256,
    transforms: [ENVELOPED, EXCLUSIVE],
  })
  signed.computeSignature(message, { location: { reference: '/*', action: 'append' } })
  const at = message.lastIndexOf(END)
  if (at < 0) throw new TypeError('only a MsgHead can be signed')
  return message.slice(0, at) + signed.getSignatureXml() + message.slice(at)
}
