/** In order of application. A migration that has run anywhere is never edited: changes are new entries. */
import { tables } from './0001-tables.js'
import { lookups } from './0002-lookups.js'
import { accept } from './0003-accept.js'
import { lanes } from './0004-lanes.js'
import { effects } from './0005-effects.js'
import { merge } from './0006-merge.js'
import { outcomes } from './0007-outcomes.js'
import { fhirWrites } from './0008-fhir-writes.js'
import { listEntries } from './0009-list-entries.js'
import { parking } from './0010-parking.js'
import { outbox } from './0011-outbox.js'
import { deliveries } from './0012-deliveries.js'
import { groups } from './0013-groups.js'
import { catalogue } from './0014-catalogue.js'
import { replays } from './0015-replays.js'
import { unanswered } from './0016-unanswered.js'
import { alerts } from './0017-alerts.js'
import { deliveryAttempts } from './0018-delivery-attempts.js'
import { suspects } from './0019-suspects.js'
import { rawRetention } from './0020-raw-retention.js'
import { fanOut } from './0021-fan-out.js'
import { snapshots } from './0022-snapshots.js'
import { clock } from './0023-clock.js'
import { deliveryState } from './0024-delivery-state.js'
import { rejected } from './0025-rejected.js'
import { freeLanes } from './0026-free-lanes.js'
import { ordinationNews } from './0027-ordination-news.js'
import { workingSet } from './0028-working-set.js'
import { history } from './0029-history.js'
import { historyEffects } from './0030-history-effects.js'
import { acts } from './0031-acts.js'

export interface Migration {
  readonly name: string
  readonly sql: string
}

export const migrations: readonly Migration[] = [
  { name: '0001-tables', sql: tables },
  { name: '0002-lookups', sql: lookups },
  { name: '0003-accept', sql: accept },
  { name: '0004-lanes', sql: lanes },
  { name: '0005-effects', sql: effects },
  { name: '0006-merge', sql: merge },
  { name: '0007-outcomes', sql: outcomes },
  { name: '0008-fhir-writes', sql: fhirWrites },
  { name: '0009-list-entries', sql: listEntries },
  { name: '0010-parking', sql: parking },
  { name: '0011-outbox', sql: outbox },
  { name: '0012-deliveries', sql: deliveries },
  { name: '0013-groups', sql: groups },
  { name: '0014-catalogue', sql: catalogue },
  { name: '0015-replays', sql: replays },
  { name: '0016-unanswered', sql: unanswered },
  { name: '0017-alerts', sql: alerts },
  { name: '0018-delivery-attempts', sql: deliveryAttempts },
  { name: '0019-suspects', sql: suspects },
  { name: '0020-raw-retention', sql: rawRetention },
  { name: '0021-fan-out', sql: fanOut },
  { name: '0022-snapshots', sql: snapshots },
  { name: '0023-clock', sql: clock },
  { name: '0024-delivery-state', sql: deliveryState },
  { name: '0025-rejected', sql: rejected },
  { name: '0026-free-lanes', sql: freeLanes },
  { name: '0027-ordination-news', sql: ordinationNews },
  { name: '0028-working-set', sql: workingSet },
  { name: '0029-history', sql: history },
  { name: '0030-history-effects', sql: historyEffects },
  { name: '0031-acts', sql: acts },
]
