/** Child process of database.test.ts: holds the lock of a folder until it is killed. */
import { lockFolder } from '../../src/store/folder-lock.js'

await lockFolder(process.argv[2] ?? '')
process.send?.('locked')
setInterval(() => undefined, 1_000)
