/** For how long a line that ended counts as recently ended (medication-list.md 5). */
import { intervalMinutes } from '../dosage/interval.js'
import type { DosagePlan } from '../dosage/plan.js'

const DAY_MINUTES = 1440
const RECENT_DAYS = 90
const LONG_INTERVAL_DAYS = 30

/** Milliseconds; two intervals of a medicine given less than every 30 days: its effect outlasts its stop. */
export function recentlyEndedMs(plan: DosagePlan): number {
  const days =
    plan.kind === 'structured'
      ? plan.entries.map(({ period }) => (period === undefined ? 0 : intervalMinutes(period) / DAY_MINUTES))
      : []
  const longest = Math.max(0, ...days)
  const recent = longest > LONG_INTERVAL_DAYS ? Math.max(RECENT_DAYS, 2 * longest) : RECENT_DAYS
  return recent * DAY_MINUTES * 60_000
}
