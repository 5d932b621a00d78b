/** The product in hand is another one of the same substitution group: told, so that nobody takes both (6.2, B). */
import { discrepancy, nameOf, type Sentences } from './discrepancy.js'
import { otherProduct } from './product-in-hand.js'

type Substituted = {
  readonly medicine: string | undefined
  readonly inHand: string | undefined
  readonly substance: string | undefined
}
const of = (substance: string | undefined): string => (substance === undefined ? '' : ` (${substance})`)
const sentences: Sentences<Substituted> = {
  nb: ({ medicine, inHand, substance }, { name }) =>
    `Samme legemiddel, nytt navn og utseende: ${name(inHand)} i stedet for ${name(medicine)}${of(substance)}.`,
  da: ({ medicine, inHand, substance }, { name }) =>
    `Samme lægemiddel, nyt navn og udseende: ${name(inHand)} i stedet for ${name(medicine)}${of(substance)}.`,
  en: ({ medicine, inHand, substance }, { name }) =>
    `Same medicine, new name and look: ${name(inHand)} instead of ${name(medicine)}${of(substance)}.`,
  sv: ({ medicine, inHand, substance }, { name }) =>
    `Samma läkemedel, nytt namn och utseende: ${name(inHand)} i stället för ${name(medicine)}${of(substance)}.`,
  fi: ({ medicine, inHand, substance }, { name }) =>
    `Sama lääke, uusi nimi ja ulkonäkö: ${name(inHand)} valmisteen ${name(medicine)} sijasta${of(substance)}.`,
}

export const productSubstituted = discrepancy<Substituted>({
  code: 'product-substituted',
  sentences,
  find: ({ lines, versioned }) => ({
    findings: lines.flatMap((line) => {
      const other = otherProduct(line)
      if (other === undefined || !other.allowed) return []
      const evidence = [versioned(other.supply.ref)]
      return [
        {
          about: [line.id, other.inHand.products[0] ?? other.supply.key],
          severity: 'low' as const,
          implicated: [line.ref, versioned(other.by), ...evidence],
          evidence,
          numbers: {
            medicine: other.prescribed.name ?? nameOf(line),
            inHand: other.inHand.name,
            substance: other.inHand.substanceName,
          },
        },
      ]
    }),
    next: [],
  }),
})
