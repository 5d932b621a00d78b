/** An offer of the list that nobody answered in time; its giver goes on being responsible (medication-list.md 7, R4). */
import { isOverdue } from '../responsibility/baton.js'
import { discrepancy, iso, type Sentences } from './discrepancy.js'

type Unanswered = {
  readonly giver: string | undefined
  readonly receiver: string | undefined
  readonly offered: string
  readonly hours: number
}
const HOUR_MS = 3_600_000
const nobody = (name: string | undefined): string => name ?? '–'

const sentences: Sentences<Unanswered> = {
  nb: ({ giver, hours, offered, receiver }, { time }) =>
    `${nobody(receiver)} har ikke svart innen ${hours} timer på tilbudet fra ${time(offered)} om å overta legemiddellisten; ${nobody(giver)} har fortsatt ansvaret.`,
  da: ({ giver, hours, offered, receiver }, { time }) =>
    `${nobody(receiver)} har ikke svaret inden ${hours} timer på tilbuddet fra ${time(offered)} om at overtage medicinlisten; ${nobody(giver)} har fortsat ansvaret.`,
  en: ({ giver, hours, offered, receiver }, { time }) =>
    `${nobody(receiver)} has not answered within ${hours} hours the offer of ${time(offered)} to take over the medication list; ${nobody(giver)} is still responsible.`,
  sv: ({ giver, hours, offered, receiver }, { time }) =>
    `${nobody(receiver)} har inte svarat inom ${hours} timmar på erbjudandet från ${time(offered)} att ta över läkemedelslistan; ${nobody(giver)} har fortfarande ansvaret.`,
  fi: ({ giver, hours, offered, receiver }, { time }) =>
    `${nobody(receiver)} ei ole vastannut ${hours} tunnin kuluessa tarjoukseen ${time(offered)} ottaa lääkityslista vastuulleen; vastuu on edelleen: ${nobody(giver)}.`,
}

export const batonOfferOverdue = discrepancy<Unanswered>({
  code: 'baton-offer-overdue',
  sentences,
  find: ({ at, baton, versioned }) => ({
    findings: baton.offers
      .filter((state) => isOverdue(state, at))
      .map(({ offer }) => ({
        about: [offer.ref],
        severity: 'high' as const,
        implicated: [versioned(offer.ref)],
        evidence: offer.cause === undefined || offer.cause === '' ? [] : [versioned(offer.cause)],
        numbers: {
          giver: (offer.giver ?? baton.holder?.party)?.member.display,
          receiver: offer.receiver.member.display,
          offered: iso(offer.made),
          hours: Math.round((offer.deadline - offer.made) / HOUR_MS),
        },
      })),
    // The baton itself turns at its deadlines.
    next: [],
  }),
})
