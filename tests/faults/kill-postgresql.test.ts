import { describeKills } from './describe-kills.js'

describeKills({ postgres: true, redis: false }, 20261127)
