/** Puts the statements together behind the contract. */
import { acceptMessages } from './accept.js'
import { noteTold, settleAlerts, untoldAlerts, viewAlerts } from './alerts.js'
import { openAsOf } from './as-of.js'
import { catalogueOf } from './catalogue.js'
import { compareCatalogue, ringStale } from './catalogue-stale.js'
import { type CommitLost, commitEffect } from './commit.js'
import { commitGroup } from './commit-group.js'
import type { Store } from './contract.js'
import { deadLetterGroups, viewChannels } from './dead-letters.js'
import { resolveDevice } from './devices.js'
import { failMessage, handOverMessage } from './failures.js'
import { endTurn, takeTurn, viewJobs } from './jobs.js'
import { viewLanes } from './lane-views.js'
import { claimGroup, claimLane, dueLanes, type EndedClaims, heartbeatLane, releaseLane } from './lanes.js'
import { openChains } from './list-chain.js'
import { currentList, listVersion } from './lists.js'
import {
  answerByIdentity,
  answerOf,
  oldestWaitingS,
  rawByIdentity,
  rawMessage,
  viewBacklog,
  viewItems,
  viewMessage,
  viewMessages,
  viewSources,
} from './messages.js'
import { migrate } from './migrate.js'
import { parkChannel, parkedChannels, probeChannel, resumeChannel } from './parking.js'
import { ensurePerson, findPersons, loadNamed, loadPerson } from './persons.js'
import type { Database } from './query.js'
import { daysAgo, forgetOldAlerts, recheckKeptRaw, removeOldRaw } from './raw-retention.js'
import { missingMessages } from './reconcile.js'
import {
  deadRow,
  previewReplay,
  replayMessage,
  replayTask,
  replayTasks,
  runningReplays,
  startReplay,
  stepReplay,
  turnReplay,
} from './replay-tasks.js'
import { loadShared, loadSharedById, readHistory, readResource, readVersion } from './resources.js'
import { countMatches, searchResources } from './search.js'
import { messageTimeline, traceOf } from './timeline.js'
import {
  laneCounts,
  notePartners,
  processReports,
  reportProcess,
  storeAgeS,
  troubledDestinations,
  viewPartners,
  viewReplication,
} from './watch.js'

/**
 * Brings the schema up to date and opens the store on it; closing the store closes `db`.
 * @throws HubError STORE_UNAVAILABLE, STORE_SCHEMA
 */
export async function openStore(db: Database, commitLost: CommitLost = () => undefined): Promise<Store> {
  const incarnation = await migrate(db)
  const ended: EndedClaims = new Set()
  return {
    kind: db.kind,
    incarnation,
    accept: acceptMessages(db),
    answerOf: answerOf(db),
    claim: claimLane(db),
    claimGroup: claimGroup(db),
    heartbeat: heartbeatLane(db, ended),
    release: releaseLane(db, ended),
    dueLanes: dueLanes(db),
    loadPerson: loadPerson(db),
    loadNamed: loadNamed(db),
    loadShared: loadShared(db),
    loadSharedById: loadSharedById(db),
    commit: commitEffect(db, ended, commitLost),
    commitGroup: commitGroup(db, ended, commitLost),
    fail: failMessage(db, ended),
    handOver: handOverMessage(db, ended),
    replay: replayMessage(db),
    deadRow: deadRow(db),
    previewReplay: previewReplay(db),
    startReplay: startReplay(db),
    replayTasks: replayTasks(db),
    replayTask: replayTask(db),
    turnReplay: turnReplay(db),
    runningReplays: runningReplays(db),
    stepReplay: stepReplay(db),
    findPersons: findPersons(db),
    ensurePerson: ensurePerson(db),
    resolveDevice: resolveDevice(db),
    read: readResource(db),
    vread: readVersion(db),
    history: readHistory(db),
    search: searchResources(db),
    countMatches: countMatches(db),
    currentList: currentList(db),
    listVersion: listVersion(db),
    ...openChains(db),
    messages: viewMessages(db),
    message: viewMessage(db),
    messageItems: viewItems(db),
    rawMessage: rawMessage(db),
    rawByIdentity: rawByIdentity(db),
    answerByIdentity: answerByIdentity(db),
    sources: viewSources(db),
    backlog: viewBacklog(db),
    oldestWaitingS: oldestWaitingS(db),
    missingMessages: missingMessages(db),
    parkedChannels: parkedChannels(db),
    parkChannel: parkChannel(db),
    resumeChannel: resumeChannel(db),
    probeChannel: probeChannel(db),
    channels: viewChannels(db),
    deadLetters: deadLetterGroups(db),
    lanes: viewLanes(db),
    timeline: messageTimeline(db),
    traceOf: traceOf(db),
    reportProcess: reportProcess(db),
    processReports: processReports(db),
    notePartners: notePartners(db),
    partners: viewPartners(db),
    troubledDestinations: troubledDestinations(db),
    storeAgeS: storeAgeS(db),
    laneCounts: laneCounts(db),
    replication: viewReplication(db),
    settleAlerts: settleAlerts(db),
    alerts: viewAlerts(db),
    untoldAlerts: untoldAlerts(db),
    noteTold: noteTold(db),
    removeOldRaw: removeOldRaw(db),
    recheckKeptRaw: recheckKeptRaw(db),
    forgetOldAlerts: forgetOldAlerts(db),
    daysAgo: daysAgo(db),
    takeTurn: takeTurn(db),
    endTurn: endTurn(db),
    jobs: viewJobs(db),
    asOf: openAsOf(db),
    catalogue: { ...catalogueOf(db), compare: compareCatalogue(db), ringStale: ringStale(db) },
    ping: async () => {
      await db.query('/*ping*/ select 1')
    },
    close: db.close,
  }
}
