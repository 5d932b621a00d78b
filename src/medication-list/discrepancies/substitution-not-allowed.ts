/** The product in hand is another one, and the prescription forbids that or it is of another substitution group (6.2, B). */
import { discrepancy, nameOf, type Sentences } from './discrepancy.js'
import { otherProduct } from './product-in-hand.js'

type NotAllowed = {
  readonly medicine: string | undefined
  readonly inHand: string | undefined
  readonly forbidden: boolean
}
const sentences: Sentences<NotAllowed> = {
  nb: ({ medicine, inHand, forbidden }, { name }) =>
    `${name(inHand)} er levert i stedet for ${name(medicine)}, men ${forbidden ? 'resepten tillater ikke bytte' : 'de er ikke i samme byttegruppe'}.`,
  da: ({ medicine, inHand, forbidden }, { name }) =>
    `${name(inHand)} er leveret i stedet for ${name(medicine)}, men ${forbidden ? 'recepten tillader ikke substitution' : 'de er ikke i samme substitutionsgruppe'}.`,
  en: ({ medicine, inHand, forbidden }, { name }) =>
    `${name(inHand)} was supplied instead of ${name(medicine)}, but ${forbidden ? 'the prescription does not allow substitution' : 'they are not in the same substitution group'}.`,
  sv: ({ medicine, inHand, forbidden }, { name }) =>
    `${name(inHand)} har lämnats ut i stället för ${name(medicine)}, men ${forbidden ? 'receptet tillåter inte utbyte' : 'de är inte i samma utbytesgrupp'}.`,
  fi: ({ medicine, inHand, forbidden }, { name }) =>
    `${name(inHand)} toimitettiin valmisteen ${name(medicine)} sijasta, mutta ${forbidden ? 'resepti ei salli vaihtoa' : 'ne eivät kuulu samaan vaihtoryhmään'}.`,
}

export const substitutionNotAllowed = discrepancy<NotAllowed>({
  code: 'substitution-not-allowed',
  sentences,
  find: ({ lines, versioned }) => ({
    findings: lines.flatMap((line) => {
      const other = otherProduct(line)
      if (other === undefined || other.allowed) return []
      const evidence = [versioned(other.supply.ref)]
      return [
        {
          about: [line.id, other.inHand.products[0] ?? other.supply.key],
          severity: 'high' as const,
          implicated: [line.ref, versioned(other.by), ...evidence],
          evidence,
          numbers: {
            medicine: other.prescribed.name ?? nameOf(line),
            inHand: other.inHand.name,
            forbidden: other.why === 'forbidden',
          },
        },
      ]
    }),
    next: [],
  }),
})
