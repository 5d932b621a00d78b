/** The patients of an M9.2: a search by name may find several, and each is a part of the message of its own. */
import type { Problem } from '../../src/core/errors.js'
import type { Whom, WhomContext } from './kind.js'
import type { Reseptinfo, Reseptliste } from './m92.js'
import { whomOfNumbers } from './whom.js'

const AT = 'MsgHead/Document/RefDoc/Content/Reseptliste'

export const numberOf = ({ ident }: Reseptinfo): string | undefined => ident?.id

/** In the order of their first mention; the index is the part. */
export const numbersOf = (answer: Reseptliste): readonly string[] => [
  ...new Set([
    ...answer.resepter.flatMap((info) => numberOf(info) ?? []),
    ...answer.multidosebrukere.map(({ fnr }) => fnr),
  ]),
]

export function whomOfM92(answer: Reseptliste, context: WhomContext): Whom {
  const nameless: Problem[] = answer.resepter.flatMap((info, index) =>
    numberOf(info) === undefined
      ? [
          {
            at: `${AT}/Reseptinfo[${index + 1}]/Ident`,
            text: 'national id is missing',
            code: 'IDENTITY_INVALID',
            protocolCode: 'E30',
          },
        ]
      : [],
  )
  const whom = whomOfNumbers(numbersOf(answer), AT, context)
  return { ...whom, problems: [...nameless, ...whom.problems] }
}
