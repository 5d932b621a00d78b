/** Tells one receiver of begins and ends of alerts. Ids, counts and codes only; at least once, `id` and `event` tell twice the same. */
import { HubError } from '../core/errors.js'
import type { AlertDeps } from '../hub/raise-alerts.js'

const TIMEOUT_MS = 5_000

export function alertWebhook(url: string | undefined): AlertDeps['tell'] {
  if (url === undefined) return undefined
  return async (alert) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(alert),
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    }).catch((cause: unknown) => {
      throw new HubError('STORE_UNAVAILABLE', 'the receiver of alerts does not answer', {
        at: 'webhook',
        cause,
      })
    })
    await response.body?.cancel()
    if (!response.ok)
      throw new HubError('STORE_UNAVAILABLE', `the receiver of alerts answered ${response.status}`, {
        at: 'webhook',
      })
  }
}
