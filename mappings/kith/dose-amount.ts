/** Amounts of a dose → doseQuantity, or the source's own words where nobody can be given that (hl7v2.md 10 alike). */
import type { Dosage, DosageDoseAndRate, Ratio } from 'fhir/r4.js'
import { isDoseAmount } from '../../src/core/dose-amount.js'
import { duration, ext, filled, quantity } from './build.js'
import { EXT } from './extensions.js'
import type { Frame } from './frame.js'
import type { Amount, Coded } from './reader.js'
import type { DoseEtterBehov, DoseFastTidspunkt } from './resept-dok.js'
import { pathOf, type XmlElement } from './xml.js'

type Dose = DoseFastTidspunkt | DoseEtterBehov

/** Amount and rate; what is no amount to be given stands in `original-text`, and in the text with its time of day. */
export function doseAndRate(frame: Frame, dose: Dose): Pick<Dosage, 'doseAndRate' | 'text'> {
  const isAmount = isDose(frame, dose.mengde, dose.where, 'Mengde')
  const rate = rateOf(frame, dose)
  const words = [
    ...(isAmount ? [] : [inWords(dose.mengde)]),
    ...(rate.words === undefined ? [] : [rate.words]),
  ]
  const kept = words.join(', ')
  return {
    ...(kept === '' ? {} : { text: [kept, ...timeWords(dose)].join(' ') }),
    doseAndRate: [
      {
        ...filled('extension', ext(EXT.originalText, 'valueString', kept === '' ? undefined : kept)),
        ...(isAmount ? { doseQuantity: quantity(dose.mengde) } : {}),
        ...rate.part,
      },
    ],
  }
}

/** R4 rule rat-1: without an amount the ratio is its words alone. */
export function maximumOf(
  frame: Frame,
  dose: DoseEtterBehov,
  name: MaximumName,
  per: Ratio['denominator'],
): Ratio {
  const amount = name === 'DoseDognMaks' ? dose.doseDognMaks : dose.doseTidsromMaks
  return isDose(frame, amount, dose.where, name)
    ? { numerator: quantity(amount), ...(per === undefined ? {} : { denominator: per }) }
    : { extension: [...ext(EXT.originalText, 'valueString', inWords(amount))] }
}
type MaximumName = 'DoseDognMaks' | 'DoseTidsromMaks'

const inWords = ({ V, U }: Amount): string => (U === undefined ? V : `${V} ${U}`)

function isDose(frame: Frame, amount: Amount, where: XmlElement, name: string): boolean {
  if (isDoseAmount(amount.V, quantity(amount).code)) return true
  frame.unmapped.push({
    at: `${pathOf(where)}/${name}`,
    reason: 'invalid-value',
    note: 'no amount to be given; kept as text',
  })
  return false
}

/** The sender's own words for when, each where it stands. */
function timeWords(dose: Dose): readonly string[] {
  const names = (codes: readonly Coded[]) => codes.flatMap(({ DN, OT, V }) => DN ?? OT ?? V ?? [])
  const every = dose.intervall === undefined ? [] : [`per ${inWords(dose.intervall)}`]
  if (!('gisEksakt' in dose)) return every
  return [
    ...every,
    ...names(dose.fasteUkedager),
    ...names(dose.tidsomrade === undefined ? [] : [dose.tidsomrade]),
    ...(dose.klokkeslett === undefined ? [] : [dose.klokkeslett.slice(0, 'hh:mm'.length)]),
  ]
}

function rateOf(
  frame: Frame,
  dose: Dose,
): { readonly part?: Pick<DosageDoseAndRate, 'rateRatio'>; readonly words?: string } {
  if (dose.infusjonshastighet === undefined) return {}
  const { tidsenhet, volum } = dose.infusjonshastighet
  const unit = tidsenhet.V ?? tidsenhet.DN ?? ''
  if (!isDose(frame, volum, dose.where, 'Infusjonshastighet/Volum'))
    return { words: `${inWords(volum)} per ${unit}` }
  const denominator = duration({ V: '1', U: unit })
  if (denominator === undefined) {
    frame.unmapped.push({
      at: `${pathOf(dose.where)}/Infusjonshastighet`,
      reason: 'unknown-code',
      note: 'unit of time',
    })
    return {}
  }
  return { part: { rateRatio: { numerator: quantity(volum), denominator } } }
}
