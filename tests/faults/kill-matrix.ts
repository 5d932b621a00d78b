/** The kill matrix (reliability.md 7): what may happen at the named places between the last byte read and the answer. */
import { setTimeout as wait } from 'node:timers/promises'
import type { FailPoint } from '../../src/core/failpoint.js'
import type { FaultAction } from '../support/fault.js'
import type { BackEnds } from '../support/rig.js'
import type { Fault, Scene } from './session.js'

export interface Cell {
  /** Number in the table of reliability.md 7. */
  readonly row: string
  readonly point: FailPoint
  readonly detail?: string
  /** Statements go over a line of their own only to a server. */
  readonly postgresOnly?: true
  /** Reached once in a while: the first time is the one. */
  readonly rare?: true
}

const CELLS: readonly Cell[] = [
  { row: 'K1', point: 'before-inbox-commit' },
  { row: 'K2', point: 'statement-sent', detail: 'accept', postgresOnly: true },
  { row: 'K3', point: 'after-inbox-commit' },
  { row: 'K4', point: 'after-answer' },
  { row: 'K5', point: 'before-claim' },
  { row: 'K6', point: 'after-claim' },
  { row: 'K7', point: 'before-effect-commit' },
  { row: 'K8', point: 'statement-sent', detail: 'commit', postgresOnly: true },
  { row: 'K9', point: 'after-effect-commit' },
  { row: 'K10', point: 'before-owed-answer', rare: true },
]

export const cellsOf = ({ postgres }: BackEnds): readonly Cell[] =>
  CELLS.filter(({ postgresOnly }) => postgres || postgresOnly !== true)

const REACHED_MS_MAX = 20_000
const NTH_MAX = 6

export const cellFault = (cell: Cell, action: FaultAction): Fault => ({
  name: `${cell.row} ${action} at ${cell.point} ${cell.detail ?? ''}`.trimEnd(),
  happen: (scene) => reach(scene, cell, action),
})

async function reach({ hub, random, lastsMs }: Scene, cell: Cell, action: FaultAction): Promise<void> {
  const target = hub()
  const before = target.faults().length
  target.arm({
    point: cell.point,
    action,
    nth: cell.rare ? 1 : 1 + random.below(NTH_MAX),
    delayMs: lastsMs,
    ...(cell.detail === undefined ? {} : { detail: cell.detail }),
  })
  for (const until = Date.now() + REACHED_MS_MAX; target.faults().length === before && !target.ended(); ) {
    if (Date.now() > until) throw new Error('the place was never reached')
    await wait(5)
  }
  switch (action) {
    case 'kill':
      return target.kill()
    case 'throw':
      return
    case 'delay':
      await wait(lastsMs)
      return
    case 'hang':
      await wait(lastsMs)
      target.signal('SIGCONT')
  }
}
