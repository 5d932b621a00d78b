import { describeKill } from './kill-and-count.js'

describeKill('PostgreSQL, in-process dispatcher', { postgres: true, redis: false })
