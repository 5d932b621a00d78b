import { describeKill } from './kill-and-count.js'

describeKill('embedded store, in-process dispatcher', { postgres: false, redis: false })
