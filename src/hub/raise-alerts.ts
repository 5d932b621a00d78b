/** One begin and one end of each alert: to the log, and to a webhook where there is one. */
import type { Log } from '../core/ports.js'
import type { Store } from '../store/contract.js'
import type { AlertView } from '../store/watch-contract.js'
import { alertsOf } from './alert-rules.js'

export interface AlertDeps {
  readonly store: Pick<
    Store,
    | 'channels'
    | 'processReports'
    | 'partners'
    | 'troubledDestinations'
    | 'jobs'
    | 'settleAlerts'
    | 'untoldAlerts'
    | 'noteTold'
  >
  readonly log: Log
  /** Of the embedded store: seconds since its newest backup, or since it was made; absent on a server. */
  readonly backupAgeS: () => Promise<number | undefined>
  /** Absent: nobody is told but the log. Resolves when the receiver has it. */
  readonly tell?: ((alert: AlertView & { readonly event: 'begin' | 'end' }) => Promise<void>) | undefined
}

/** An alert ends when it was off for so long: what goes on and off within is one. */
export const HOLD_S = 60
const PARTNERS_MAX = 1_000
const TOLD_MAX = 20

export async function raiseAlerts({ store, log, backupAgeS, tell }: AlertDeps): Promise<void> {
  const current = alertsOf({
    channels: await store.channels(),
    processes: await store.processReports(),
    partners: await store.partners(PARTNERS_MAX),
    destinations: await store.troubledDestinations(),
    jobs: await store.jobs(),
    backupAgeS: await backupAgeS(),
  })
  const { began, ended } = await store.settleAlerts(current, HOLD_S)
  for (const { id, name, subject, detail } of began)
    log.error('alert began', { id, alert: name, subject, ...detail })
  for (const { id, name, subject } of ended) log.info('alert ended', { id, alert: name, subject })
  if (tell === undefined) return
  for (const alert of await store.untoldAlerts(TOLD_MAX)) {
    await tell(alert)
    await store.noteTold(alert.id, alert.event)
  }
}
