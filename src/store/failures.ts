/** Outcomes without effect: retry, parking, dead letter, hand-over. */
import type { Store } from './contract.js'
import type { Claim } from './inbox.js'
import { type EndedClaims, noteEnded } from './lanes.js'
import type { Database } from './query.js'
import { toJson } from './rows.js'

export const failMessage =
  (db: Database, ended: EndedClaims): Store['fail'] =>
  async (claim, id, failure, next, source) => {
    const { rows } = await db.query<{ idle: boolean }>(
      '/*fail*/ select fail_message_v2($1::jsonb, $2, $3::jsonb) as idle',
      [
        claimJson(claim),
        id,
        toJson({
          next: next.kind,
          delayMs: next.kind === 'retry' ? next.delayMs : null,
          code: failure?.code ?? null,
          text: failure?.text ?? null,
          at: failure?.at ?? null,
          stack: failure?.stack ?? null,
          source: source ?? null,
        }),
      ],
    )
    if (rows[0]?.idle) noteEnded(ended, claim)
  }

export const handOverMessage =
  (db: Database, ended: EndedClaims): Store['handOver'] =>
  async (claim, id, to) => {
    const { rows } = await db.query<{ idle: boolean }>(
      '/*hand-over*/ select hand_over_v1($1::jsonb, $2, $3) as idle',
      [claimJson(claim), id, to],
    )
    if (rows[0]?.idle) noteEnded(ended, claim)
  }

const claimJson = ({ lane, owner, epoch, second }: Claim): string =>
  toJson({ lane, owner, epoch, second: second ?? null })
