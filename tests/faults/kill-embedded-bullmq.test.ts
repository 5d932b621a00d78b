import { describeKills } from './describe-kills.js'

describeKills({ postgres: false, redis: true }, 20261124)
