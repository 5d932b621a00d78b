/** The device register: which device, and whose it was at an instant (devices.md 6). */
import { personId } from '../core/ids.js'
import type { Store } from './contract.js'
import type { Database } from './query.js'
import { instantOrNull, onlyRow, toJson } from './rows.js'

/** `ambiguous`: the identifiers are those of two devices, or the reference contradicts the period. */
export const resolveDevice =
  (db: Database): Store['resolveDevice'] =>
  async (identifiers, at, ref) => {
    const { rows } = await db.query<{ device_id: string | null; person: string | null; ambiguous: boolean }>(
      '/*resolve-device*/ select device_id, person, ambiguous from resolve_device_v1($1::jsonb, $2::timestamptz, $3)',
      [toJson(identifiers), instantOrNull(at), ref ?? null],
    )
    const row = onlyRow(rows)
    return {
      deviceId: row.device_id ?? undefined,
      personId: row.person === null ? undefined : personId(row.person),
      ambiguous: row.ambiguous,
    }
  }
