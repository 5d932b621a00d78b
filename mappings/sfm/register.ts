/** Who is registered as multidose doctor and pharmacy, as the register told SFM → CareTeam (eresept.md 11.6). */
import type { Frame } from '../kith/frame.js'
import {
  addRegisterTeam,
  multidoseapotekToParticipant,
  multidoselegeToParticipant,
} from '../kith/register-to-care-team.js'
import type { Helseperson } from '../kith/roles.js'
import { type Info, PLL, REGISTER_ONLY } from './pll-info.js'

const DOCTOR = 'M'
const PHARMACY = 'A'

export function addRegister(frame: Frame, infos: readonly Info[]): void {
  const info = infos.find(({ kind }) => kind === REGISTER_ONLY) ?? infos.find(({ kind }) => kind === PLL)
  const registered = (info?.parties ?? []).flatMap(({ party, role }) => {
    const { organisation, person } = party
    if (role === DOCTOR && person !== undefined)
      return [
        multidoselegeToParticipant(frame, {
          ...(person.hprId === undefined ? {} : { hprNr: person.hprId.id }),
          ...(nameOf(person) === '' ? {} : { navn: nameOf(person) }),
          ...(organisation?.name === undefined ? {} : { org: organisation.name }),
          ...(organisation?.ident === undefined ? {} : { herId: organisation.ident }),
          telefon: [],
        }),
      ]
    if (role === PHARMACY && organisation !== undefined)
      return [
        multidoseapotekToParticipant(frame, {
          ...(organisation.name === undefined ? {} : { navn: organisation.name }),
          ...(organisation.ident === undefined ? {} : { konsesjonsnr: organisation.ident }),
          telefon: organisation.telecom.map((address) => ({ address })),
        }),
      ]
    return []
  })
  if (registered.length > 0) addRegisterTeam(frame, frame.message, registered)
}

const nameOf = ({ etternavn, fornavn }: Helseperson): string =>
  [fornavn, etternavn].filter((part) => part !== undefined).join(' ')
