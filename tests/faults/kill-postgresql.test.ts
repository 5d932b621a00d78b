import { describeKill } from './kill-and-count.js'

describeKill('PostgreSQL', true)
