import { describeKill } from './kill-and-count.js'

describeKill('embedded store', false)
