import { describeKills } from './describe-kills.js'

describeKills({ postgres: true, redis: true }, 20261126)
