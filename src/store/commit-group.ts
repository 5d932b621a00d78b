/** The effects of several lanes, committed in one statement: all of them or none. */
import { compareText } from '../core/compare-text.js'
import { failpoint } from '../core/failpoint.js'
import { type LaneKey, laneKey } from '../core/ids.js'
import { type CommitLost, isAnswerLost, lookUp } from './commit.js'
import type { Store } from './contract.js'
import type { ClaimedEffect, ResourceWrite } from './effect.js'
import { amendmentJson, changesOf, sourceJson, textOf, writeJson } from './effect-json.js'
import { type EndedClaims, noteEnded } from './lanes.js'
import type { Database } from './query.js'
import { toJson } from './rows.js'

/** Parts the texts; no JSON text holds it. */
const SEPARATOR = '\u0001'

/** When the answer is lost one row of one lane is looked up, as for a single effect: all were committed or none. */
export const commitGroup =
  (db: Database, ended: EndedClaims, commitLost: CommitLost): Store['commitGroup'] =>
  async (effects) => {
    failpoint('before-effect-commit')
    const texts: string[] = []
    const json = toJson(groupJson(effects, texts))
    const due = await commit(db, [json, texts.join(SEPARATOR)]).catch(async (error: unknown) => {
      const first = effects[0]
      if (!isAnswerLost(error) || first === undefined) throw error
      const trace = { lane: first.claim.lane, id: first.effect.message.rows[0]?.id }
      if (!(await lookUp(db, trace, error, commitLost))) throw error
      // What is due in them was in the answer: asked again.
      return effects.map(({ claim }) => claim.lane)
    })
    for (const { claim } of effects) noteEnded(ended, claim)
    failpoint('after-effect-commit')
    return new Set(due)
  }

async function commit(db: Database, values: readonly [string, string]): Promise<readonly LaneKey[]> {
  const { rows } = await db.query<{ lane: string; due: boolean }>(
    '/*commit-group*/ select * from commit_group_v1($1::jsonb, $2)',
    values,
  )
  return rows.filter(({ due }) => due).map(({ lane }) => laneKey(lane))
}

function groupJson(effects: readonly ClaimedEffect[], texts: string[]) {
  return {
    effects: effects.map(({ claim, effect }) => ({
      lane: claim.lane,
      owner: claim.owner,
      epoch: claim.epoch,
      person: effect.personId ?? null,
      at: effect.at,
      effects: effect.message.rows.length,
      next: effect.nextChangeAt ?? null,
    })),
    rows: effects.flatMap(({ claim, effect }) =>
      effect.message.rows.map((row) => ({ ...row, lane: claim.lane, answer: row.answer ?? null })),
    ),
    ...writesOf(
      effects.flatMap(({ effect }) => effect.writes),
      texts,
    ),
    amendments: effects.flatMap(({ effect }) =>
      effect.amendments.map((amendment) => ({ ...amendmentJson(amendment), person_id: effect.personId })),
    ),
    sources: effects.flatMap(({ effect }) =>
      effect.sources.map((source) => ({ ...sourceJson(source), person_id: effect.personId, at: effect.at })),
    ),
    identities: effects.flatMap(({ effect }) =>
      effect.identities.map((identity) => ({ ...identity, person_id: effect.personId })),
    ),
    lists: effects.flatMap(({ effect: { list, personId } }) =>
      list === undefined
        ? []
        : [
            {
              person_id: personId,
              version: list.version,
              entries: list.entries,
              created_at: list.createdAt,
              valid_from: list.validFrom,
              content_hash: list.contentHash,
            },
          ],
    ),
    changes: effects.flatMap(({ claim, effect }) => {
      const changes = changesOf(effect)
      return changes.map(({ messageId, resources }, index) => ({
        person_id: effect.personId ?? '',
        lane: claim.lane,
        nth: index + 1,
        message_id: messageId,
        resources,
        list_version: index === changes.length - 1 ? (effect.list?.version ?? null) : null,
        at: effect.at,
      }))
    }),
  }
}

/** Of a resource written several times only the last version stands; the others are history at once. */
function writesOf(writes: readonly ResourceWrite[], texts: string[]) {
  const nameOf = ({ personId, stored }: ResourceWrite) => [personId, stored.type, stored.id].join(SEPARATOR)
  const last = new Map(writes.map((write) => [nameOf(write), write]))
  const bases = new Map<string, number>()
  const creates: object[] = []
  const updates: object[] = []
  const passed: object[] = []
  // One order for all who change shared resources (two groups with the same prescribers): rows are locked in it.
  for (const write of writes.toSorted((a, b) => compareText(nameOf(a), nameOf(b)))) {
    const name = nameOf(write)
    const base = bases.get(name) ?? write.previousVersion
    bases.set(name, base)
    texts.push(textOf(write))
    const json = writeJson(write, texts.length, undefined, undefined)
    if (last.get(name) !== write) passed.push(json)
    else if (base === 0) creates.push(json)
    else updates.push({ ...json, base })
  }
  return { creates, updates, passed }
}
