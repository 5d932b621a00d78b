/** The doses of today, made of what is known now. Nothing is stored. */
import type { Extension } from 'fhir/r4.js'
import type { PersonId } from '../core/ids.js'
import { dosesOfDay } from '../medication-list/views/today.js'
import { type SituationDeps, situationNow } from './situation-now.js'

/** Extensions `today-dose` by line id. */
export const readToday = async (
  deps: SituationDeps,
  person: PersonId,
): Promise<ReadonlyMap<string, readonly Extension[]>> => dosesOfDay(await situationNow(deps, person))
