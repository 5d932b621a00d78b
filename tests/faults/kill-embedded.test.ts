import { describeKills } from './describe-kills.js'

describeKills({ postgres: false, redis: false }, 20261125)
