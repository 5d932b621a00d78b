/**
 * Loaded before a hub under test (`node --import`): arms its fail points as the parent process says over IPC. Imports
 * nothing of the hub's, since the hub looks for the hook when its own module is loaded.
 */
import { writeSync } from 'node:fs'
import process from 'node:process'
import type { FailPoint } from '../../src/core/failpoint.js'
import { FAULT_AT_START, FAULT_REPORT_FD, type Fault } from './fault.js'

interface Armed extends Fault {
  left: number
}

const armed: Armed[] = []
const arm = (fault: Fault): void => {
  armed.splice(0, armed.length, { ...fault, left: fault.nth })
}

const atStart = process.env[FAULT_AT_START]
// Written by the parent process, our own code.
if (atStart !== undefined) arm(JSON.parse(atStart) as Fault)
process.on('message', (message) => arm(message as Fault))
// To be told of faults is no reason to stay alive.
process.channel?.unref()

/** FAILPOINT_HOOK, whose module must not be loaded before this ran. */
Reflect.set(globalThis, Symbol.for('stafett.failpoint'), (point: FailPoint, detail?: string): void => {
  const fault = armed[0]
  if (fault === undefined || fault.point !== point) return
  if (fault.detail !== undefined && detail?.startsWith(fault.detail) !== true) return
  fault.left -= 1
  if (fault.left > 0) return
  armed.length = 0
  writeSync(FAULT_REPORT_FD, `${point} ${fault.action}\n`)
  happen(fault)
})

function happen({ point, action, delayMs }: Fault): void {
  switch (action) {
    case 'kill':
      process.kill(process.pid, 'SIGKILL')
      break
    case 'throw':
      throw new Error(`thrown at ${point}`)
    case 'hang':
      process.kill(process.pid, 'SIGSTOP')
      break
    case 'delay':
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, delayMs ?? 1_000)
      break
  }
}
