import { type RunningHub, runHub } from '../support/running-hub.js'
import { brokerCases } from './eresept-broker.js'
import { queryCases } from './eresept-queries.js'

describe('the e-prescription family, through the whole hub', function () {
  this.timeout(60_000)
  let hub: RunningHub
  before(async () => {
    hub = await runHub()
  })
  after(() => hub.hub.stop())

  describe('what the broker sends', () => brokerCases(() => hub))
  describe('queries', () => queryCases(() => hub))
})
