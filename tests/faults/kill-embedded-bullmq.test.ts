import { describeKill } from './kill-and-count.js'

describeKill('embedded store, BullMQ', { postgres: false, redis: true })
