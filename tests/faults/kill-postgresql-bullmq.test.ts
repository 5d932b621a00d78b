import { describeKill } from './kill-and-count.js'

describeKill('PostgreSQL, BullMQ', { postgres: true, redis: true })
